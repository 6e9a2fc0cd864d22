// From files and options to a network and its data, ready to train: a new one, or one that goes on where it was.

import { adam, alphabet, bytesOf, compile, cosineDecay, type Data, type Network, type Optimizer, warmUp } from "../index.ts";
import type { Kind, TrainArguments } from "./arguments.ts";
import { type Census, census, encode, REPLACEMENT } from "./corpus.ts";
import { lineLesson, textLesson } from "./data.ts";
import { Failure } from "./failure.ts";
import { openModel } from "./files.ts";
import { several, size } from "./format.ts";
import { encodeLines, type Pair, readLines } from "./lines.ts";
import { define, kindOf, layersOf } from "./networks.ts";
import { type Note, readNote, type Training } from "./note.ts";

export interface Ready {
  readonly net: Network;
  readonly note: Note & { readonly training: Training };
  readonly data: Data;
  readonly heldOut: Data | null;
  /** Steps of a whole pass, and those to make now. */
  readonly perEpoch: number;
  readonly remaining: number;
  /** Characters that one step makes, on average. */
  readonly perStep: number;
  /** Pairs to show what the network makes of their sources; none of other models. */
  readonly shown: readonly Pair[];
  readonly optimizer: Optimizer;
  /** What the user should know before it starts. */
  readonly summary: readonly string[];
}

/** WebAssembly addresses memory with 32 bits. */
const MOST_BYTES = 2 ** 32;
/** Training steps from which a network of the usual size begins to write words. */
const FEW_STEPS = 500;
/** What only a new model can be told, and what a model remembers. */
const FIXED = ["as", "cell", "hidden", "layers", "embedding", "dropout", "attention", "seed", "minCount"];
const REMEMBERED = ["batch", "steps", "epochs", "rate", "clip", "heldOut"] as const;

/** @throws Failure if files, options and model do not go together */
export async function prepare(paths: readonly string[], options: TrainArguments, given: ReadonlySet<string>): Promise<Ready> {
  const old = options.resume === undefined ? null : await resumed(options.resume, options, given);
  const kind = old ? kindOf(old.net.definition) : options.as;
  checkKind(kind, given);
  const lines = kind === "text" ? null : await readLines(paths, kind);
  const counted = lines ?? (await census(paths));
  const told: { -readonly [Key in keyof TrainArguments]: TrainArguments[Key] } = { ...options };
  if (old?.note.training) for (const key of REMEMBERED) if (!given.has(key)) told[key] = old.note.training[key];
  const letters = old?.note.letters ?? lettersOf(counted, options.minCount);
  const lesson = lines ? lineLesson(encodeLines(lines, letters), told) : textLesson(await encode(counted, letters), told);
  const { data, batch, wanted, characters } = lesson;
  const definition = old?.net.definition ?? define(kind, letters.size, options);
  data.check(definition);
  const steps = kind === "text" ? told.steps : (data.longest as number);

  const before = old?.note.training ?? null;
  const same = before?.characters === characters && before.batch === wanted && before.steps === steps;
  const training: Training = {
    ...pick(told),
    steps,
    batch: wanted,
    characters,
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
  const bytes = bytesOf(definition, { batch, steps, optimizer }).total;
  if (bytes >= MOST_BYTES)
    throw new Failure(
      `This training would take ${size(bytes)} of memory, but WebAssembly has 4.3 GB. Use a smaller --hidden, --batch${kind === "text" ? " or --steps" : ", or shorter lines"}.`,
    );
  const net = old?.net ?? (await compile(definition, { strict: options.strict ?? false }));

  const rare = letters.characters.includes(REPLACEMENT) ? counted.characters - knownIn(counted, letters.characters) : 0;
  const summary = [
    `${kind.padEnd(10)}${several(counted.paths.length, "file")}, ${lines ? `${several(lines.list.length, kind.slice(0, -1))}, ` : ""}${several(counted.characters, "character")}, ${letters.size} different`,
    ...(rare > 0 ? [`          ${several(rare, "rare character")} read as ${REPLACEMENT}`] : []),
    ...(lesson.apart ? [`          ${lesson.apart}`] : []),
    `network   ${layersOf(definition)}, ${several(net.parameters.count, "parameter")}`,
    `training  ${several(told.epochs, "epoch")} of ${several(data.count, "step")} of ${lesson.shape}`,
    ...(batch < wanted
      ? [`          ${batch} side by side, not ${wanted}: there are no more${kind === "text" ? ` windows of ${steps}` : ""}`]
      : []),
    ...(left < FEW_STEPS ? ["          which is little: more --epochs would learn more"] : []),
    `          ${size(bytes)} of memory, ${net.binary === "relaxed" ? "relaxed" : "plain"} SIMD`,
    ...(old ? [`going on  after ${several(training.made, "step")}${same ? "" : ", from the beginning of the data"}`] : []),
  ];
  return {
    net,
    note: { letters, training },
    data,
    heldOut: lesson.heldOut,
    perEpoch: data.count,
    remaining: Math.min(left, allowed),
    perStep: data.size / data.count,
    shown: lesson.shown,
    optimizer,
    summary,
  };
}

/** @throws Failure for what belongs to another kind of model */
function checkKind(kind: Kind, given: ReadonlySet<string>): void {
  if (kind !== "text" && given.has("steps"))
    throw new Failure(`--steps is about windows of a text, but ${kind} are learned whole. Leave it out.`, 2);
  if (kind !== "pairs" && given.has("attention"))
    throw new Failure(`--attention looks at the source of a pair, but there is none. Use --as pairs, or leave it out.`, 2);
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
