// Pictures of every case of the table, and of large and strange networks: well-formed, with nothing upon anything else.

import { describe, expect, test } from "vitest";
import {
  crossEntropy,
  type Definition,
  dense,
  embedding,
  features,
  type Layer,
  lstm,
  meanSquared,
  model,
  rnn,
  tokens,
} from "../../src/index.ts";
import { diagram, folded, unfold, unfolded } from "../../src/picture/index.ts";
import { ATTENDING } from "../reference/attending.ts";
import { CASES } from "../reference/cases.ts";
import { SEQUENCES } from "../reference/sequences.ts";
import { overlap, overlaps, readDrawing } from "../support/drawings.ts";

const regression = (...layers: Layer[]): Definition => model({ input: features(3), layers, loss: meanSquared() });
const classification = (...layers: Layer[]): Definition => model({ input: tokens(9), layers, loss: crossEntropy() });

/** A diagram without its names and widths: cases that differ in an activation only are drawn alike. */
function shapeOf(definition: Definition): string {
  const { nodes, edges } = diagram(definition);
  return JSON.stringify([
    nodes.map(({ kind, symbol, loop }) => [kind, symbol, loop]),
    edges.map(({ from, to, delay, weights }) => [from, to, delay, weights.length]),
  ]);
}

const DEFINITIONS: readonly (readonly [string, Definition])[] = [
  ...new Map(
    [...CASES, ...SEQUENCES, ...ATTENDING]
      .map(({ name, definition }) => [name, definition({ input: 3, hidden: 4, output: 2 })] as const)
      .map((one) => [shapeOf(one[1]), one]),
  ).values(),
  ["ten layers", classification(embedding(8), ...Array.from({ length: 10 }, () => lstm(8)), dense(9))],
  ["many delays", regression(rnn(4, { delays: [1, 2, 3, 8, 50] }), rnn(4, { recurrence: "both", delays: [2] }), dense(2))],
  ["names that XML, DOT and Mermaid must not read", regression(rnn(4, { name: `a<b>&"c"\\n]|{*_*} ${"ö".repeat(80)}` }), dense(2))],
];

describe("what is drawn of", () => {
  test.each(DEFINITIONS)("%s", (_, definition) => {
    const layers = diagram(definition).nodes.length;
    const kinds: readonly (readonly [string, number])[] = [
      [folded(definition), layers],
      [unfolded(definition, 3), unfold(definition, 3).nodes.length],
      [unfolded(definition, 5, { gradient: true }), unfold(definition, 5).nodes.length],
    ];
    for (const [svg, count] of kinds) {
      const { boxes, words, width, height } = readDrawing(svg);
      expect(boxes).toHaveLength(count);
      expect(overlaps(boxes)).toEqual([]);
      expect(words.flatMap((word) => boxes.filter((box) => overlap(word, box)).map(() => word.text))).toEqual([]);
      // All are moved together by one margin, so that nothing lies outside.
      for (const { left, right, top, bottom } of [...boxes, ...words]) {
        expect(right - left).toBeLessThan(width);
        expect(top).toBeGreaterThanOrEqual(-1);
        expect(bottom).toBeLessThan(height);
      }
    }
  });

  test("operations does not lie upon each other either", () => {
    for (const name of ["rnn tanh, both", "cell lstm", "cell delay of a product"]) {
      const definition = CASES.find((one) => one.name === name)?.definition({ input: 3, hidden: 4, output: 2 }) as Definition;
      const { boxes } = readDrawing(folded(definition, { detail: "operations" }));
      expect(boxes).toHaveLength(diagram(definition, { detail: "operations" }).nodes.length);
      expect(overlaps(boxes)).toEqual([]);
    }
  });

  test("words of one kind of network do not lie upon each other", () => {
    for (const [name, definition] of DEFINITIONS) {
      if (!/^(rnn tanh|two layers|three layers|cell (lstm|gru|mgu|deep)|vector|ten layers)/.test(name)) continue;
      for (const svg of [folded(definition), unfolded(definition, 4), unfolded(definition, 4, { gradient: true })])
        expect(overlaps(readDrawing(svg).words).map(([a, b]) => `${name}: ${a.text} upon ${b.text}`)).toEqual([]);
    }
  });
});
