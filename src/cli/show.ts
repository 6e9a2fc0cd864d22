// `unrolled show`: what is in a model's file.

import { stat } from "node:fs/promises";
import { bytesOf, type Definition, type Network, plan, type Term } from "../index.ts";
import { openModel } from "./files.ts";
import { fold, harmless, several, size, table, whole } from "./format.ts";
import { type Note, readNote } from "./note.ts";
import { checkFolder, graphsOf, writePictures } from "./pictures.ts";
import { spectraOf } from "./spectra.ts";

export interface ShowArguments {
  readonly batch?: number;
  readonly steps?: number;
  /** A folder for pictures; undefined: none. */
  readonly svg?: string;
}

/** `gaussian of offset`: of blockwise() each block. */
const lossText = ({ name, loss }: Term): string => {
  const of = name.includes("/") ? ` of ${name.slice(name.indexOf("/") + 1)}` : "";
  return `${loss.kind}${of}${loss.ignore === null ? "" : `, without targets of ${loss.ignore}`}`;
};

export async function show(path: string, options: ShowArguments): Promise<number> {
  if (options.svg !== undefined) await checkFolder(options.svg);
  using net = await openModel(path);
  const note = noteOf(path, net);
  const { definition } = net;
  const batch = options.batch ?? note?.training?.batch ?? 32;
  const steps = options.steps ?? note?.training?.steps ?? 64;
  const { inputs, heads, feedback, decoding, seed, layers } = definition;
  const [{ terms }] = heads;
  const { size: fileBytes } = await stat(path);

  const facts = [
    ["file", `${path}, ${size(fileBytes)}`],
    ...Object.entries(inputs).map(([name, input]) => [name, inputText(input)]),
    ...(decoding ? [["target", `${inputText(decoding.target)}${endOf(decoding)}`]] : []),
    ...table(layers.map(({ path: name, text }) => [text, name])).map((line, index) => [index === 0 ? "layers" : "", line]),
    ["loss", terms.map(lossText).join(" and ")],
    [
      "feedback",
      decoding ? `${feedback}: the decoder hears what was said at the step before` : (feedback ?? "none: no layer listens to the output"),
    ],
    ["seed", String(seed)],
    ...(note ? alphabetOf(note).map((line, index) => [index === 0 ? "alphabet" : "", line]) : []),
    ...(note?.training ? [["trained", trainedOf(note.training)]] : []),
  ];
  const parameters = [
    ...[...net.parameters].map(({ path: name, shape: [rows, columns] }) => [name, `${rows} × ${columns}`, whole(rows * columns)]),
    ["together", "", whole(net.parameters.count)],
  ];
  const bytes = Object.entries(bytesOf(definition, { batch, steps })).map(([role, count]) => [
    role === "total" ? "together" : role,
    size(count),
  ]);

  print([
    ...table(facts),
    "",
    "Parameters",
    ...indent(table(parameters, [1, 2])),
    "",
    `Memory to train, batch ${batch}, steps ${steps}, adam`,
    ...indent(table(bytes, [1])),
    "",
    "Plan to train",
    ...indent(String(plan(definition, { batch, steps })).split("\n")),
    "",
    ...plansToUse(definition, steps),
  ]);
  if (options.svg !== undefined) {
    const files = [...graphsOf(net), ...spectraOf(net)];
    await writePictures(options.svg, files);
    print(["", `Pictures in ${options.svg}`, ...indent(files.map(({ name }) => name))]);
  }
  return 0;
}

/** What runs when a model is used: step by step, of a decoder once all that is known of its source. */
function plansToUse(definition: Definition, steps: number): string[] {
  const printed = (purpose: "predict" | "encode" | "generate"): string[] =>
    indent(String(plan(definition, { purpose, sourceSteps: steps })).split("\n"));
  if (!definition.decoding) return ["Plan to predict, a step at a time", ...printed("predict")];
  const read = definition.inputs.source ? ["Plan to read a source", ...printed("encode"), ""] : [];
  return [...read, "Plan to write, a step at a time", ...printed("generate")];
}

/** A model may be of something else than text. */
function noteOf(path: string, net: Network): Note | null {
  try {
    return readNote(path, net);
  } catch {
    return null;
  }
}

const alphabetOf = ({ letters }: Note): string[] =>
  fold(
    letters.characters.map((character) => (character === "\n" ? "\u240a" : character === "\t" ? "\u2409" : harmless(character))).join(""),
    60,
  );

const trainedOf = ({ made, epoch, epochs, batch, steps, characters }: NonNullable<Note["training"]>): string =>
  `${several(made, "step")} of ${batch} × ${steps}, ${epoch} of ${several(epochs, "epoch")} of ${several(characters, "character")}`;

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

/** On a terminal a line that is too long ends with "…", or where its last column begins, rather than running over into the next. */
function print(lines: readonly string[]): void {
  const columns = process.stdout.isTTY ? process.stdout.columns || 80 : Infinity;
  for (const line of lines) {
    const cut = line.slice(0, columns - 1);
    process.stdout.write(`${line.trimEnd().length <= columns ? line.trimEnd() : cut.endsWith(" ") ? cut.trimEnd() : `${cut}…`}\n`);
  }
}

const endOf = ({ stop, maximum }: NonNullable<Definition["decoding"]>): string =>
  `, ended by ${stop?.kind ?? "its length alone"}${maximum === null ? "" : `, of ${several(maximum, "step")} at most`}`;

const inputText = (input: Definition["inputs"][string]): string =>
  input.kind === "tokens" ? `tokens(${input.symbols})` : `${input.kind}(${input.width})`;
