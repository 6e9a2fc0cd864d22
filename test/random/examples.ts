// Random examples for any definition: sequences of 0 to 9 steps with what each head should say.

import type { Definition } from "../../src/define/model.ts";
import { stoppingOf } from "../../src/define/stops.ts";
import type { Answer, Example, Sequence } from "../../src/index.ts";
import { type Kind, kindOf, targetKind } from "../../src/train/data.ts";
import type { Random } from "../reference/random.ts";

export const LONGEST = 9;

/** So many symbols, or rows of numbers. */
export function sequenceOf({ symbols, width, unit = [] }: Kind, steps: number, random: Random): Sequence {
  if (symbols > 0) return random.symbols(steps, symbols);
  return Array.from({ length: steps }, () => random.numbers(width, -1, 1).map((value, column) => (unit[column] ? (value + 1) / 2 : value)));
}

/** What a model of seq2seq() makes a sequence from; absent: nothing. */
export function sourceFor({ inputs: { source } }: Definition, steps: number, random: Random): Sequence | undefined {
  if (!source) return undefined;
  const kind = kindOf(source);
  return source.kind === "vector" ? (sequenceOf(kind, 1, random)[0] as Float32Array) : sequenceOf(kind, steps, random);
}

/** What a decoder can say. */
export function targetFor({ decoding }: Definition, steps: number, random: Random, unit: Kind["unit"] = []): Sequence {
  const { target, stop } = decoding as NonNullable<Definition["decoding"]>;
  return sequenceOf({ ...kindOf(target), unit }, Math.max(steps, stoppingOf(stop).coin ? 1 : 0), random);
}

export function exampleFor(definition: Definition, steps: number, random: Random): Example {
  const { inputs, heads, decoding } = definition;
  const { unit } = targetKind(definition);
  if (decoding) {
    const source = sourceFor(definition, random.below(LONGEST + 1), random);
    return { ...(source === undefined ? {} : { source }), target: targetFor(definition, steps, random, unit) };
  }
  const answers = heads.map((head, index): readonly [string, Answer] => {
    const kind = targetKind(definition, index);
    const answer = sequenceOf(kind, kind.perStep ? steps : 1, random);
    return [head.name, kind.perStep ? answer : answer[0]];
  });
  const [[, target], ...others] = answers;
  return {
    input: sequenceOf(kindOf(inputs.input), steps, random),
    target,
    ...(others.length > 0 ? { heads: Object.fromEntries(others) } : {}),
  };
}
