// What must hold of every definition that is not refused, whatever it is made of.

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { looksAhead } from "../../src/define/direction.ts";
import type { Definition } from "../../src/define/model.ts";
import {
  adam,
  bytesOf,
  compile,
  type Data,
  examples,
  type Generated,
  type Network,
  open,
  type PlanOptions,
  type Progress,
  plan,
  printGraph,
  type Sequence,
  type TrainOptions,
  windows,
} from "../../src/index.ts";
import { attentionWeights, gradientFlow, paths, stepJacobian } from "../../src/inspect/index.ts";
import { dot, folded, mermaid, unfolded } from "../../src/picture/index.ts";
import { makePlan } from "../../src/plan/plan.ts";
import type { Purpose } from "../../src/plan/purpose.ts";
import { readOutOf } from "../../src/plan/read-out.ts";
import { unfold } from "../../src/plan/unfold.ts";
import { differentiableStates } from "../../src/plan/watch.ts";
import { inputKind, kindOf, targetKind } from "../../src/train/data.ts";
import { Random } from "../reference/random.ts";
import { judgeRun } from "../support/judge-run.ts";
import { exampleFor, LONGEST, sequenceOf, sourceFor, targetFor } from "./examples.ts";

/** What a definition is run on, besides numbers that follow from it. */
export interface Given {
  /** Steps of each row. */
  readonly lengths: readonly number[];
  /** What the program has room for besides. */
  readonly room: { readonly rows: number; readonly steps: number };
}

type Property = (definition: Definition, given: Given) => Promise<void>;

/** Whether a model may hear what it says itself, and not the truth alone. */
const mayRunFree = ({ feedback }: Definition): boolean => feedback !== null;

/** Every purpose that a definition can be run for, as a user comes to it. */
function purposesOf(definition: Definition): Purpose[] {
  const { heads, decoding } = definition;
  const free = mayRunFree(definition);
  return [
    { kind: "train", teacherForcing: true },
    ...(free
      ? ([
          { kind: "train", teacherForcing: false },
          { kind: "train", teacherForcing: "mixed" },
        ] as const)
      : []),
    { kind: "evaluate", teacherForcing: true },
    ...(decoding ? [] : heads.map(({ name }): Purpose => ({ kind: "predict", raw: false, head: name }))),
    { kind: "predict", raw: true, ...(decoding ? { teacherForcing: true } : {}) },
    ...(!decoding && looksAhead(definition) === null ? ([{ kind: "generate" }] as const) : []),
  ];
}

/** The first numbers of a network are tame: louder ones say more. */
async function loud(definition: Definition, factor = 2): Promise<Network> {
  const net = await compile(definition);
  for (const parameter of net.parameters) parameter.set(parameter.get().map((value) => value * factor));
  return net;
}

/** Whether an error is a sentence that is meant for this case. */
function refused(act: () => unknown, sentence: RegExp): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof Error && sentence.test(error.message)) return true;
    throw error;
  }
}

const bytesIn = (net: Network): (readonly [string, Float32Array])[] =>
  [...net.parameters].map((parameter) => [parameter.path, parameter.get()] as const);

/** A deviation is exp of an output, and an output that hears what was drawn with it may have no end: f32 has none for it long before f64. */
const RUNNING_AWAY = 2 ** 20;

/** Loss, outputs and every gradient are the reference's, ragged, with room to spare and whatever lies behind the rows' ends. */
const judged: Property = async (definition, { lengths, room }) => {
  const steps = Math.max(1, ...lengths);
  const limit = definition.heads[0].terms.some(({ loss }) => loss.floor > 0) && mayRunFree(definition) ? RUNNING_AWAY : Infinity;
  for (const purpose of purposesOf(definition)) {
    const own = purpose.kind === "generate" || definition.decoding ? {} : { lengths };
    await judgeRun(definition, purpose, { input: 0, hidden: 0, output: 0, steps, batch: lengths.length, room, ...own }, "", limit);
  }
};

/** Everything that prints a definition prints it, for every purpose. */
const printed: Property = async (definition, { lengths }) => {
  const [batch, steps] = [lengths.length, Math.max(1, ...lengths)];
  const size = { batch, steps, ...(definition.inputs.source ? { sourceSteps: 5 } : {}) };
  const asked: PlanOptions[] = [
    { purpose: "train" },
    { purpose: "evaluate" },
    { purpose: "train", teacherForcing: false },
    { purpose: "train", teacherForcing: "mixed" },
    { purpose: "evaluate", teacherForcing: false },
    { purpose: "predict" },
    ...(definition.decoding ? [{ purpose: "encode" } as const] : []),
    { purpose: "generate", steps: 1 },
  ];
  for (const options of asked) {
    const text = String(plan(definition, { ...size, ...options }));
    ok(text.includes("loops over time") && !/undefined|NaN|\[object/.test(text), text);
  }
  const timelines = definition.inputs.source && definition.inputs.source.kind !== "vector" ? [steps, 5] : [steps];
  const inside: Purpose[] = [{ kind: "inspect", teacherForcing: true }, { kind: "forecast" }];
  if (typeof readOutOf(definition) !== "string") inside.push({ kind: "features", teacherForcing: true, noisy: true });
  for (const purpose of inside) ok(String(makePlan(definition, purpose, batch, timelines)).length > 0);
  const all = [printGraph(definition), dot(definition), mermaid(definition), folded(definition), unfolded(definition, 3)];
  all.push(dot(definition, { detail: "operations" }), mermaid(definition, { teacherForcing: true }));
  for (const text of all) ok(!/undefined|NaN|\[object/.test(text), text);
  ok(bytesOf(definition, { batch, steps }).total > 0);
};

/** Together as alone, and a definition that came by post as one that was made here. */
const together: Property = async (definition, { lengths }) => {
  if (definition.decoding) return;
  const random = new Random(7);
  const kind = inputKind(definition);
  const sequences = lengths.map((steps) => sequenceOf(kind, steps, random));
  using net = await compile(definition);
  using posted = await compile(structuredClone(definition));
  for (const { name: head } of definition.heads) {
    const alone = sequences.map((sequence) => net.predict(sequence, { head }));
    equal(net.predictAll(sequences, { head, batch: 4 }), alone);
    equal(posted.predictAll(sequences, { head, raw: false }), alone);
  }
};

/** Step by step as at once, together with others and alone, and when it goes on from a state that was kept. */
const streamed: Property = async (definition, { lengths }) => {
  if (definition.decoding) return;
  // Louder, what is linear would run away in as many steps.
  using net = await compile(definition);
  if (looksAhead(definition) !== null) return ok(refused(() => net.stream(), /takes the sequence from its end/));
  const random = new Random(8);
  const kind = inputKind(definition);
  // The last is longer than a piece of predict.
  const sequences = [...lengths, 70].map((steps) => sequenceOf(kind, steps, random));
  const last = sequences.length - 1;
  using streams = net.streams(sequences.length);
  using stream = net.stream();
  const said = definition.heads.map(() => sequences.map((): Float32Array[] => []));
  for (let t = 0; t < 70; t++) {
    const which = sequences.flatMap((sequence, i) => (t < sequence.length ? [i] : [])).reverse();
    if (t === 30) stream.restore(streams.state(last));
    streams.push(which.map((i) => sequences[i][t]) as Sequence, which);
    for (const [index, { name }] of definition.heads.entries()) {
      const outputs = streams.head(name);
      const width = outputs.length / sequences.length;
      for (const i of which) said[index][i].push(outputs.slice(i * width, (i + 1) * width));
    }
    if (t >= 30) equal(stream.push(sequences[last][t] as number), said[0][last][t]);
  }
  for (const [index, { name: head }] of definition.heads.entries())
    for (const [i, sequence] of sequences.entries()) {
      const { perStep } = targetKind(definition, index);
      // Of no step a stream says nothing.
      if (sequence.length > 0) equal(perStep ? said[index][i] : said[index][i].slice(-1), net.predict(sequence, { head }));
    }
};

type Told = Omit<Progress, "tokensPerSecond">;

async function told(net: Network, data: Data, options: TrainOptions, most = Infinity): Promise<Told[]> {
  const seen: Told[] = [];
  for await (const { tokensPerSecond: _, ...progress } of net.train(data, { optimizer: adam(1e-2), clip: { norm: 1 }, ...options })) {
    seen.push(progress);
    if (seen.length === most) break;
  }
  return seen;
}

/** Some data of each kind, made anew whenever it is asked for. */
function dataFor(definition: Definition): (() => Data)[] {
  const random = new Random(9);
  const steps = [3, 0, LONGEST, 1, 4, 4, 7];
  const list = steps.map((length) => exampleFor(definition, length, random));
  const data = [() => examples(list, { batch: 3, pool: 1 })];
  const isCut = definition.heads.every(({ terms }, index) => terms[0].loss.mean === "steps" && targetKind(definition, index).perStep);
  if (definition.decoding || !isCut) return data;
  const { input, target, heads } = exampleFor(definition, 40, random);
  const more = heads ? { heads: heads as Record<string, Sequence> } : {};
  return [...data, () => windows(input as Sequence, { batch: 2, steps: LONGEST, targets: target as Sequence, ...more })];
}

/** A training that is saved, opened and gone on with is the same to the bit; so is what is predicted and evaluated. */
const restarted: Property = async (definition) => {
  if (!definition.nodes.some((node) => node.op === "parameter" && node.attributes.trained)) return;
  for (const teacherForcing of mayRunFree(definition) ? [true, 0.5, false] : [true])
    for (const data of dataFor(definition)) {
      using whole = await compile(definition);
      // What hears the densities that it draws may run away; then the step is skipped, before and after.
      const isWild = definition.heads[0].terms.some(({ loss }) => loss.floor > 0) && teacherForcing !== true;
      const options = { epochs: 2, teacherForcing, onNonFinite: isWild ? "skip" : "throw" } as const;
      const all = await told(whole, data(), options);
      ok(all.length > 2 && (isWild || all.every(({ loss }) => Number.isFinite(loss))));
      using begun = await compile(structuredClone(definition));
      const most = 1 + (definition.nodes.length % (all.length - 1));
      const before = await told(begun, data(), options, most);
      const file = begun.save({ optimizer: true });
      using opened = await open(file);
      equal(opened.save({ optimizer: true }), file);
      const after = await told(opened, data(), { ...options, from: before.at(-1)?.position as never });
      equal([...before, ...after], all);
      equal(bytesIn(opened), bytesIn(whole));
      equal(await opened.evaluate(data()), await whole.evaluate(data()));
    }
};

/** Looking changes nothing, and finds numbers. */
const inspected: Property = async (definition) => {
  if (!definition.nodes.some((node) => node.op === "parameter" && node.attributes.trained)) return;
  for (const data of dataFor(definition)) {
    using net = await compile(definition);
    using looked = await compile(definition);
    const seen = await told(looked, data(), { inspect: { every: 1 } });
    equal(
      seen.map((progress) => ({ ...progress, inspection: null })),
      await told(net, data(), {}),
    );
    for (const { inspection, loss } of seen) ok(inspection && Math.abs(inspection.loss - loss) <= 1e-5 * (1 + Math.abs(loss)));
    ok(gradientFlow(net, data()).parameters.every(({ norm }) => Number.isFinite(norm)));
  }
  paths(definition, { steps: 10 });
  if (definition.decoding) return;
  using net = await compile(definition);
  const sequence = sequenceOf(inputKind(definition), 4, new Random(3));
  if (differentiableStates(unfold(definition, { kind: "predict", raw: true }).nodes).length > 0)
    for (const jacobian of stepJacobian(net, sequence)) ok(jacobian.matrix.every(Number.isFinite));
};

/** A sequence that is cut into windows loses as much as it does whole, since its state is carried. */
const carried: Property = async (definition) => {
  const isCut = definition.heads.every(({ terms }, index) => terms[0].loss.mean === "steps" && targetKind(definition, index).perStep);
  if (definition.decoding || !isCut || looksAhead(definition) !== null) return;
  const { input, target, heads = {} } = exampleFor(definition, 12, new Random(13));
  const cut = (steps: number) =>
    windows(input as Sequence, { batch: 1, steps, targets: target as Sequence, heads: heads as Record<string, Sequence> });
  using net = await loud(definition);
  const { loss } = await net.evaluate(cut(12));
  const { loss: inPieces } = await net.evaluate(cut(4));
  // The same terms to the bit; a mean of 12 or of 4 is rounded to f32 once a head, 2^-24 of it, and heads have weights of 3 at most.
  ok(Math.abs(inPieces - loss) <= 1e-6 * (1 + Math.abs(loss)), `${inPieces} in pieces, ${loss} whole`);
};

/** A decoder looks at the whole of the source. */
const attended: Property = async (definition) => {
  const { inputs, layers } = definition;
  const looking = layers.filter(({ path, part }) => part === "decoder" && /attention$/.test(path));
  if (!inputs.source || looking.length === 0) return;
  const random = new Random(15);
  using net = await loud(definition);
  const example = { source: sourceFor(definition, 5, random) as Sequence, target: targetFor(definition, 3, random) };
  // Five shares, each rounded to f32.
  for (const { path: layer } of looking)
    for (const weights of attentionWeights(net, example, { layer }))
      ok(weights.length === 5 && Math.abs(weights.reduce((sum, share) => sum + share, 0) - 1) < 5 * 2 ** -22);
};

/** A linear read-out is solved for, and then is as good as any: better than that which began. */
const solved: Property = async (definition) => {
  const { heads } = definition;
  if (definition.decoding || typeof readOutOf(definition) === "string" || heads.length > 1) return;
  if (heads[0].terms.some(({ loss }) => loss.kind !== "meanSquared")) return;
  if (heads[0].terms[0].loss.mean !== "steps") return;
  using net = await compile(definition);
  const [data] = dataFor(definition);
  const before = await net.evaluate(data());
  const { ridge } = await net.solve(data(), { ridge: 1e-6 });
  ok(ridge === 1e-6);
  const { loss } = await net.evaluate(data());
  ok(loss <= before.loss + 1e-3, `${loss} after, ${before.loss} before`);
};

/** Draws are the same again, alone as together, as likely as they say; a beam of one is greedy. */
const spoken: Property = async (definition) => {
  const random = new Random(11);
  const { decoding, inputs } = definition;
  const { symbols, width, perStep, unit = [] } = targetKind(definition);
  // A deviation is exp of an output that heard what was drawn with it: loud ones run away.
  using net = await loud(definition, symbols > 0 ? 2 : 0.5);
  if (!decoding) {
    const heard = inputKind(definition);
    const prompt = sequenceOf({ ...heard, unit }, 3, random);
    if (!perStep || symbols !== heard.symbols || width !== heard.width)
      return ok(refused(() => net.generateAll({ prompt, length: 3 }), /cannot be its next input/));
    if (looksAhead(definition) !== null)
      return ok(refused(() => net.generateAll({ prompt, length: 3 }), /takes the sequence from its end/));
    speak(net, [{ prompt, length: 5 }], symbols > 0, ({ symbols: drawn, steps }) => net.score(symbols > 0 ? drawn : steps, { prompt }));
    return;
  }
  const alone = [3, 0, 5].map((steps) => sourceFor(definition, steps, random));
  const sources = inputs.source ? alone : [undefined];
  const asked = sources.map((source) => ({ maximum: 6, ...(source === undefined ? {} : { source }) }));
  speak(net, asked, kindOf(decoding.target).symbols > 0, ({ symbols: drawn, steps, ended }, source) =>
    net.score({ target: symbols > 0 ? drawn : steps, ...(source === undefined ? {} : { source }) }, { ended }),
  );
};

type Asked = { readonly prompt: Sequence; readonly length: number } | { readonly maximum: number; readonly source?: Sequence };

function speak(
  net: Network,
  asked: readonly Asked[],
  isSymbols: boolean,
  scored: (made: Generated, source: Sequence | undefined) => { logProbability: number },
): void {
  const [first] = asked;
  const { source: _, ...common } = first as { source?: Sequence };
  const sources = asked.flatMap((one) => ("source" in one && one.source !== undefined ? [one.source] : []));
  const several = (sources.length > 0 ? { ...common, sources } : common) as Asked;
  const all = net.generateAll({ ...several, samples: 2, seed: 5, temperature: 1.3 });
  equal(net.generateAll({ ...several, samples: 2, seed: 5, temperature: 1.3 }), all);
  for (const [row, made] of all.entries()) {
    const one = asked[Math.floor(row / 2)];
    equal(net.generateAll({ ...one, seed: 5 + row, temperature: 1.3 }), [made]);
    const drawing = net.sample({ ...one, seed: 5 + row, temperature: 1.3 });
    equal(
      isSymbols ? [...drawing].map(({ symbol }) => symbol) : [...drawing].map(({ step }) => step),
      isSymbols ? made.symbols : made.steps,
    );
    const { logProbability, logProbabilities } = made;
    // Of a length that is told beforehand a sequence that was cut off is not the whole.
    if (made.ended || net.definition.decoding?.stop?.kind !== "predictedLength")
      equal(scored(made, sources[Math.floor(row / 2)]), { logProbability, logProbabilities });
  }
  if (isSymbols) equal(net.generateAll({ ...several, beam: { width: 1 } }), net.generateAll({ ...several, greedy: true }));
}

export const PROPERTIES: Readonly<Record<string, Property>> = {
  judged,
  printed,
  together,
  streamed,
  restarted,
  inspected,
  carried,
  attended,
  solved,
  spoken,
};
