// Small random data and parameters for any definition: the same on every machine, exact in f32.

import { type Head, shapesOf } from "../../src/define/heads.ts";
import type { Definition } from "../../src/define/model.ts";
import { entriesOf } from "../../src/graph/initializer.ts";
import type { Purpose } from "../../src/plan/unfold.ts";
import type { Widths } from "./cases.ts";
import type { Data } from "./interpret.ts";
import { Random } from "./random.ts";
import { ended, lengthsOf, sourceOf } from "./sequences.ts";

export interface Size extends Widths {
  readonly steps: number;
  readonly batch: number;
}

/** So many numbers of each column at most, in a band that wraps around; the others zero. */
const thinned = (values: Float32Array, width: number, entries: number): Float32Array =>
  values.map((value, i) => ((Math.floor(i / width) + 3 * (i % width)) % (values.length / width) < entries ? value : 0));

/** Noise of the tests' own. */
export const noiseAt = (stream: number, t: number, row: number, column: number): number =>
  2 * new Random(1 + (stream % 1000) + 11 * t + 137 * row + 1039 * column).next() - 1;

/** Coins and draws of the tests' own. */
export const uniformAt = (stream: number, t: number, row: number, column = 0): number =>
  new Random(3 + (stream % 1000) + 13 * t + 139 * row + 1049 * column).next();

/** A mask of dropout by element, of the tests' own. */
export const keeps = (stream: number, t: number, row: number, column: number): boolean =>
  new Random(1 + stream + 7 * t + 131 * row + 1031 * column).next() < 0.6;

/** Input, target and parameters. When generating there is one step, and the target is the symbol that was drawn. */
export function dataOf(definition: Definition, size: Size, purpose: Purpose, seed: number): Data {
  const random = new Random(seed);
  const steps = purpose.kind === "generate" ? 1 : size.steps;
  const rows = steps * size.batch;
  const { inputs, heads, nodes, decoding } = definition;
  const { input } = inputs;
  const parameters: Record<string, Float32Array> = {};
  for (const node of nodes) {
    if (node.op !== "parameter") continue;
    // Products of unit inputs stay near 1 whatever the width, so that no activation saturates and no gradient vanishes.
    const limit = node.shape.rows === 1 ? 0.8 : 1.4 / Math.sqrt(node.shape.rows);
    const entries = entriesOf(node.attributes.initial);
    const values = random.numbers(node.shape.rows * node.shape.width, -limit, limit);
    parameters[node.attributes.path] = entries > 0 ? thinned(values, node.shape.width, entries) : values;
  }
  const targetOf = (head: Head): Float32Array | Int32Array => {
    const { extent, width, symbols } = nodes[head.target].shape;
    const spoken = extent === "sequence" ? rows : size.batch;
    if (symbols === 0) {
      const isChance = shapesOf(nodes, head, 1).flatMap((shape, term) =>
        Array<boolean>(shape.width).fill(head.terms[term].loss.kind === "binaryCrossEntropy"),
      );
      return random.numbers(spoken * width, -1, 1).map((value, i) => (isChance[i % width] ? (value + 1) / 2 : value));
    }
    const target = random.symbols(spoken, symbols);
    const { ignore } = head.terms[0].loss;
    if (ignore === null) return target;
    // What has no answer has it here and there; at least one row counts.
    if (ignore < 0) for (let i = 0; i < target.length; i += 3) target[i] = ignore;
    target[0] = (Math.max(ignore, 0) + 1) % symbols;
    return target;
  };
  const target = targetOf(heads[0]);
  const given = { steps, batch: size.batch, parameters, keeps, noise: noiseAt, truth: 0.5, uniform: uniformAt };
  if (decoding) {
    const lengths = lengthsOf(random, size.batch, steps);
    ended(target, lengths, target.length / rows);
    const source = sourceOf(definition, random, size.batch, steps);
    const others = Object.fromEntries(heads.slice(1).map((head) => [head.name, targetOf(head)]));
    // Any share will do.
    const left = decoding.stop?.kind === "predictedLength" ? { "steps left": random.numbers(rows, 0, 1) } : {};
    const beside = Object.entries({ ...others, ...left }).map(([name, values]) => [
      name,
      values.length === size.batch ? values : ended(values, lengths, values.length / rows),
    ]);
    return { ...given, lengths, input: [], target, ...source, given: { ...source.given, ...Object.fromEntries(beside) } };
  }
  if (input.kind === "vector") throw new Error("a model() has no vector as its input");
  return {
    ...given,
    input: input.kind === "tokens" ? random.symbols(rows, input.symbols) : random.numbers(rows * input.width, -1, 1),
    target,
    given: Object.fromEntries(heads.slice(1).map((head) => [head.name, targetOf(head)])),
  };
}
