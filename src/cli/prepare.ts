// From files and options to a network and its data, ready to train: a new one, or one that goes on where it was.

import {
  adam,
  alphabet,
  bytesOf,
  compile,
  cosineDecay,
  crossEntropy,
  type Data,
  type Definition,
  dense,
  dropout,
  embedding,
  gru,
  lstm,
  model,
  type Network,
  type Optimizer,
  rnn,
  tokens,
  warmUp,
  windows,
} from "../index.ts";
import type { TrainArguments } from "./arguments.ts";
import { type Census, encode, REPLACEMENT } from "./corpus.ts";
import { fitBatch, heldOutWindows, naturalBatch, part } from "./data.ts";
import { Failure } from "./failure.ts";
import { openModel } from "./files.ts";
import { several, size, whole } from "./format.ts";
import { type Note, readNote, type Training } from "./note.ts";

export interface Ready {
  readonly net: Network;
  readonly note: Note & { readonly training: Training };
  readonly data: Data;
  readonly heldOut: Data | null;
  /** Steps of a whole pass, and those to make now. */
  readonly perEpoch: number;
  readonly remaining: number;
  /** Characters of one step. */
  readonly perStep: number;
  readonly optimizer: Optimizer;
  /** What the user should know before it starts. */
  readonly summary: readonly string[];
}

/** WebAssembly addresses memory with 32 bits. */
const MOST_BYTES = 2 ** 32;
/** Training steps from which a network of the usual size begins to write words. */
const FEW_STEPS = 500;
/** What only a new model can be told, and what a model remembers. */
const FIXED = ["cell", "hidden", "layers", "embedding", "dropout", "seed", "minCount"];
const REMEMBERED = ["batch", "steps", "epochs", "rate", "clip", "heldOut"] as const;

/** @throws Failure if text, options and model do not go together */
export async function prepare(counted: Census, options: TrainArguments, given: ReadonlySet<string>): Promise<Ready> {
  const old = options.resume === undefined ? null : await resumed(options.resume, options, given);
  const told: { -readonly [Key in keyof TrainArguments]: TrainArguments[Key] } = { ...options };
  if (old?.note.training) for (const key of REMEMBERED) if (!given.has(key)) told[key] = old.note.training[key];
  const letters = old?.note.letters ?? lettersOf(counted, options.minCount);
  const { learned, heldOut } = part(await encode(counted, letters), told.heldOut);
  const wanted = told.batch ?? naturalBatch(learned.length, told.steps);
  const batch = fitBatch(learned.length, wanted, told.steps);
  const definition = old?.net.definition ?? define(letters.size, options);
  const data = windows(learned, { batch, steps: told.steps });
  data.check(definition);

  const before = old?.note.training ?? null;
  const same = before?.characters === learned.length && before.batch === wanted && before.steps === told.steps;
  const training: Training = {
    ...pick(told),
    batch: wanted,
    characters: learned.length,
    made: before?.made ?? 0,
    epoch: before?.epoch ?? 0,
    window: same ? before.window : 0,
    position: same ? before.position : null,
  };
  const left = (told.epochs - training.epoch) * data.count - training.window;
  if (left <= 0)
    throw new Failure(`${options.resume} has made its ${several(training.epoch, "epoch")}. Use --epochs ${training.epoch + 10} to go on.`);
  const allowed = (options.maxSteps ?? Infinity) - training.made;
  if (allowed <= 0)
    throw new Failure(`${options.resume} has made ${several(training.made, "step")} already. Use a larger --max-steps to go on.`);

  const total = training.made + left;
  const rise = Math.min(100, Math.floor(total / 10));
  const fall = cosineDecay(told.rate, { steps: total - rise, floor: told.rate / 10 });
  const optimizer = adam(rise > 0 ? warmUp(rise, fall) : fall);
  const bytes = bytesOf(definition, { batch, steps: told.steps, optimizer }).total;
  if (bytes >= MOST_BYTES)
    throw new Failure(
      `This training would take ${size(bytes)} of memory, but WebAssembly has 4.3 GB. Use a smaller --hidden, --batch or --steps.`,
    );
  const net = old?.net ?? (await compile(definition, { strict: options.strict ?? false }));

  const rare = letters.characters.includes(REPLACEMENT) ? counted.characters - knownIn(counted, letters.characters) : 0;
  const summary = [
    `text      ${several(counted.paths.length, "file")}, ${several(counted.characters, "character")}, ${letters.size} different`,
    ...(rare > 0 ? [`          ${several(rare, "rare character")} read as ${REPLACEMENT}`] : []),
    ...(heldOut.length > 0 ? [`          the last ${whole(heldOut.length)} held out`] : []),
    `network   ${definition.layers.map(({ text }) => text).join(" → ")}, ${several(net.parameters.count, "parameter")}`,
    `training  ${several(told.epochs, "epoch")} of ${several(data.count, "step")} of ${batch} × ${told.steps} characters`,
    ...(batch < wanted ? [`          ${batch} side by side, not ${wanted}: the text has no more windows of ${told.steps}`] : []),
    ...(left < FEW_STEPS ? ["          which is little: more --epochs would learn more"] : []),
    `          ${size(bytes)} of memory, ${net.binary === "relaxed" ? "relaxed" : "plain"} SIMD`,
    ...(old ? [`going on  after ${several(training.made, "step")}${same ? "" : ", from the beginning of the text"}`] : []),
  ];
  return {
    net,
    note: { letters, training },
    data,
    heldOut: heldOutWindows(heldOut, wanted, told.steps),
    perEpoch: data.count,
    remaining: Math.min(left, allowed),
    perStep: batch * told.steps,
    optimizer,
    summary,
  };
}

const pick = ({ steps, epochs, rate, clip, heldOut }: TrainArguments) => ({ steps, epochs, rate, clip, heldOut });

async function resumed(path: string, options: TrainArguments, given: ReadonlySet<string>): Promise<{ net: Network; note: Note }> {
  const fixed = FIXED.find((key) => given.has(key));
  if (fixed) {
    const flag = fixed.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new Failure(`--${flag} belongs to a new model, but --resume goes on with ${path} as it is. Leave one of the two out.`, 2);
  }
  const net = await openModel(path, options);
  return { net, note: readNote(path, net) };
}

/** The characters that occur often enough; the others share one. @throws Failure if that leaves nothing to tell apart */
function lettersOf({ counts }: Census, least: number) {
  const kept = [...counts].filter(([, count]) => count >= least).map(([point]) => String.fromCodePoint(point));
  if (counts.size < 2) throw new Failure("The text is one character over and over. Give a text with at least 2 different characters.");
  if (kept.length === 0) throw new Failure(`No character occurs ${least} times. Use a smaller --min-count, or give more text.`);
  return alphabet(kept.length < counts.size ? [...kept, REPLACEMENT] : kept);
}

const knownIn = ({ counts }: Census, characters: readonly string[]): number =>
  characters.reduce((sum, character) => sum + (counts.get(character.codePointAt(0) as number) ?? 0), 0);

const CELLS = { rnn, lstm, gru } as const;

function define(symbols: number, { cell, hidden, layers, embedding: width, dropout: rate, seed }: TrainArguments): Definition {
  const recurrent = Array.from({ length: layers }, () => (rate > 0 ? [CELLS[cell](hidden), dropout(rate)] : [CELLS[cell](hidden)])).flat();
  return model({
    input: tokens(symbols),
    layers: [...(width > 0 ? [embedding(width)] : []), ...recurrent, dense(symbols)],
    loss: crossEntropy(),
    seed,
  });
}
