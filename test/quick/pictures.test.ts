// Pictures and texts of a model's graph: the diagram behind them for each design pattern, and what is drawn: well-formed, with nothing upon anything else.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  add,
  attention,
  bidirectional,
  cell,
  crossEntropy,
  type Definition,
  delay,
  dense,
  dropout,
  embedding,
  features,
  gru,
  type Layer,
  last,
  layerNorm,
  lstm,
  meanSquared,
  model,
  predictedLength,
  reservoir,
  residual,
  rnn,
  seq2seq,
  sigmoid,
  tanh,
  tokens,
  vector,
} from "../../src/index.ts";
import { type Diagram, diagram, dot, folded, mermaid, unfold, unfolded } from "../../src/picture/index.ts";
import { overlaps, readDrawing } from "../support/drawings.ts";

const regression = (...layers: Layer[]): Definition => model({ input: features(3), layers, loss: meanSquared() });
const classification = (...layers: Layer[]): Definition => model({ input: tokens(9), layers, loss: crossEntropy() });

const translation = (options: Partial<Parameters<typeof seq2seq>[0]>): Definition =>
  seq2seq({
    source: tokens(7),
    target: tokens(3),
    encoder: [embedding(3), gru(4)],
    decoder: [embedding(3), gru(4), dense(3)],
    ...options,
  });

/** h(t) = tanh(v · sigmoid(w · x + u · h(t−1))): a hidden layer within the loop. */
const deep = (units: number): Layer =>
  cell({
    name: "deep",
    state: { h: units },
    step: ({ x, h, linear, bias }) => ({
      h: tanh(linear("v", sigmoid(add(linear("w", x, units), linear("u", h, units), bias("b", units))), units)),
    }),
  });

/** `h –wh■→ h`: arrows as a line each, with weights, delays, and a ! where no gradient flows back. */
const arrows = ({ nodes, edges }: Diagram): string[] => {
  const name = (place: number): string => `${nodes[place].symbol || nodes[place].caption}${nodes[place].number || ""}`;
  return edges
    .map(({ from, to, delay: steps, when, weights, gradient }) => {
      const square = steps === 0 ? (when === "always" ? "" : `(${when})`) : `■${steps === 1 ? "" : steps}`;
      return `${name(from)} –${weights.map(({ name: weight }) => weight).join()}${square}→ ${name(to)}${gradient ? "" : "!"}`;
    })
    .sort();
};

describe("the diagram of", () => {
  const ends = ["o –→ L", "y –→ L!"];
  test.each<[string, Definition, string[]]>([
    ["recurrence between hidden units", regression(rnn(4), dense(2)), ["h –wh■→ h", "h –w→ o", "x –wx→ h!", ...ends]],
    ["recurrence from the output", regression(rnn(4, { recurrence: "output" }), dense(2)), ["h –w→ o", "o –wy■→ h", "x –wx→ h!", ...ends]],
    ["both", regression(rnn(4, { recurrence: "both" }), dense(2)), ["h –wh■→ h", "h –w→ o", "o –wy■→ h", "x –wx→ h!", ...ends]],
    ["sequence to vector", regression(rnn(4), last(), dense(2)), ["h –wh■→ h", "h –→ last step", "last step –w→ o", "x –wx→ h!", ...ends]],
    [
      "stacked layers",
      classification(embedding(5), lstm(4), dropout(0.5), gru(3), dense(9)),
      [
        "dropout · 0.5 –wx→ h2",
        "e –wx→ h, c1",
        "h2 –wh■→ h2",
        "h2 –w→ o",
        "h, c1 –wh■→ h, c1",
        "h, c1 –→ dropout · 0.5",
        "x –w→ e!",
        ...ends,
      ],
    ],
    [
      "layers of one kind",
      regression(rnn(4), rnn(5), dense(2)),
      ["h1 –wh■→ h1", "h1 –wx→ h2", "h2 –wh■→ h2", "h2 –w→ o", "x –wx→ h1!", ...ends],
    ],
    ["a deep transition", regression(deep(4), dense(2)), ["h –u■→ z", "h –w→ o", "x –w→ z!", "z –v→ h", ...ends]],
    [
      "skip connections through time",
      regression(rnn(4, { delays: [1, 8] }), dense(2)),
      ["h –wh 8■8→ h", "h –wh■→ h", "h –w→ o", "x –wx→ h!", ...ends],
    ],
    ["a reset gate before the product", regression(gru(4, { reset: "before" }), dense(2)), ["h –wh■→ h", "h –w→ o", "x –wx→ h!", ...ends]],
    [
      "an input that is delayed",
      regression(
        cell({
          name: "echo",
          state: { h: 4 },
          step: ({ x, h, linear }) => ({ h: tanh(add(linear("w0", x, 4), linear("w3", delay(x, 3), 4), linear("u", h, 4))) }),
        }),
        dense(2),
      ),
      ["h –u■→ h", "h –w→ o", "x –w0→ h!", "x –w3■3→ h!", ...ends],
    ],
    [
      "a deep transition of layers, and a path around it",
      regression(rnn(4, { transition: [dense(4, { activation: "tanh" }), dense(4)], transitionSkip: "add" }), dense(2)),
      ["h –w■→ z1", "h –■→ z2", "h –w→ o", "x –wx→ h!", "z1 –w→ z2", "z2 –wh→ h", ...ends],
    ],
    [
      "two directions, side by side",
      regression(bidirectional(rnn(4)), dense(2)),
      ["h1 –wh■→ h1", "h1 –w→ o", "h2 –wh■-1→ h2", "h2 –w→ o", "x –wx→ h1!", "x –wx→ h2!", ...ends],
    ],
    [
      "two directions, added",
      regression(bidirectional(gru(4), { merge: "sum" }), dense(2)),
      ["+ –w→ o", "h1 –wh■→ h1", "h1 –→ +", "h2 –wh■-1→ h2", "h2 –→ +", "x –wx→ h1!", "x –wx→ h2!", ...ends],
    ],
    [
      "a path around a layer",
      regression(dense(4), residual(rnn(4)), dense(2)),
      ["+ –w→ o", "h –wh■→ h", "h –→ +", "x –w→ z!", "z –wx→ h", "z –→ +", ...ends],
    ],
    [
      "paths from the input to every layer and from every layer to the output",
      model({ input: features(3), layers: [rnn(4), rnn(4), dense(2)], loss: meanSquared(), skips: "both" }),
      ["h1 –wh■→ h1", "h1 –wx→ h2", "h1 –w→ o", "h2 –wh■→ h2", "h2 –w→ o", "x –wx→ h1!", "x –wx→ h2!", "x –w→ o!", ...ends],
    ],
    [
      "a reservoir, which no gradient passes",
      regression(reservoir(20, { radius: 0.9 }), dense(2)),
      ["h –wh■→ h!", "h –w→ o!", "x –wx→ h!", ...ends],
    ],
    [
      "normalisation and dropout within cells and between them",
      regression(lstm(4, { layerNorm: true }), layerNorm(), gru(4, { zoneout: 0.1, recurrentDropout: 0.1 }), dense(2)),
      ["h, c1 –wh■→ h, c1", "h, c1 –→ layerNorm · 4", "h2 –wh■→ h2", "h2 –w→ o", "layerNorm · 4 –wx→ h2", "x –wx→ h, c1!", ...ends],
    ],
    ["a network without recurrence", regression(dense(4, { activation: "relu" }), dense(2)), ["x –w→ z!", "z –w→ o", ...ends]],
    [
      "an encoder and a decoder that begins with its last state",
      translation({}),
      [
        "e1 –wx→ h1",
        "e2 –wx→ h2",
        "h1 –wh■→ h1",
        "h1 –→ last step",
        "h2 –wh■→ h2",
        "h2 –w→ o",
        "last step –(initial)→ h2",
        "o –w■→ e2!",
        "x –w→ e1!",
        ...ends,
      ],
    ],
    [
      "a context at every step",
      translation({ context: "input" }),
      [
        "e1 –wx→ h1",
        "e2 –wx→ h2",
        "h1 –wh■→ h1",
        "h1 –→ last step",
        "h2 –wh■→ h2",
        "h2 –w→ o",
        "last step –wx context→ h2",
        "o –w■→ e2!",
        "x –w→ e1!",
        ...ends,
      ],
    ],
    [
      "attention to an encoder of both directions, of which one ends at the first step",
      translation({ encoder: [bidirectional(gru(4))], decoder: [gru(5), attention({ units: 3 }), dense(3)] }),
      [
        "first step –w→ z1",
        "h1 –wh■→ h1",
        "h1 –wk→ z2",
        "h1 –→ last step",
        "h2 –(first)→ first step",
        "h2 –wh■-1→ h2",
        "h2 –wk→ z2",
        "h3 –wh■→ h3",
        "h3 –wq→ z2",
        "last step –w→ z1",
        "o –wx■→ h3!",
        "x –wx→ h1!",
        "x –wx→ h2!",
        "z1 –(initial)→ h3",
        "z2 –w→ o",
        ...ends,
      ],
    ],
    [
      "a vector for all states of a decoder, and a length said of it",
      seq2seq({ source: vector(3), target: features(2), decoder: [lstm(4), dense(2)], stop: predictedLength({ maximum: 5 }) }),
      [
        "h, c –wh■→ h, c",
        "h, c –w→ o1",
        "o1 –→ L1",
        "o1 –wx■→ h, c",
        "o2 –→ L2",
        "x1 –w→ o2!",
        "x1 –w→ z1!",
        "x1 –w→ z2!",
        "x2 –wx→ h, c!",
        "y1 –→ L1!",
        "y2 –→ L2!",
        "z1 –(initial)→ h, c",
        "z2 –(initial)→ h, c",
      ],
    ],
    ["a recurrent output", regression(rnn(2)), ["h –wh■→ h", "h –→ L", "x –wx→ h!", "y –→ L!"]],
  ])("%s", (_, definition, expected) => {
    expect(arrows(diagram(definition))).toEqual([...expected].sort());
  });

  test("teacher forcing has arrows from the target instead of the output", () => {
    const definition = regression(rnn(4, { recurrence: "output" }), dense(2));
    const forced = diagram(definition, { teacherForcing: true });
    expect(arrows(forced)).toContain("y –wy■→ h!");
    expect(forced.nodes.every(({ loop }) => loop < 0)).toBe(true);
    expect(
      diagram(definition)
        .nodes.filter(({ loop }) => loop === 0)
        .map(({ symbol }) => symbol),
    ).toEqual(["h", "o"]);
  });

  test("a box tells its kind, width, states and what no arrow carries", () => {
    const { nodes } = diagram(classification(embedding(5), lstm(4, { name: "memory" }), dense(9)));
    expect(nodes.map(({ kind }) => kind)).toEqual(["input", "layer", "state", "output", "target", "loss"]);
    expect(nodes.map(({ caption }) => caption)).toEqual([
      "tokens · 9",
      "embedding · 5",
      "memory · 4",
      "dense · 9",
      "target · 9",
      "cross-entropy",
    ]);
    expect(nodes.map(({ rank }) => rank)).toEqual([0, 1, 2, 3, 0, 4]);
    expect(nodes[2]).toMatchObject({ states: ["memory/h", "memory/c"], path: "memory", width: 4, loop: 0 });
    expect(nodes[2].parameters.map(({ path, rows, columns }) => `${path} ${rows} × ${columns}`)).toEqual(["memory/b 1 × 16"]);
  });

  test("operations has every node that the loss needs, and delays as boxes", () => {
    const definition = regression(rnn(4), dense(2));
    const { nodes, edges } = diagram(definition, { detail: "operations" });
    expect(nodes).toHaveLength(definition.nodes.length);
    expect(edges).toHaveLength(definition.nodes.reduce((sum, { inputs }) => sum + new Set(inputs).size, 0));
    expect(nodes.filter(({ kind }) => kind === "delay")).toHaveLength(1);
    expect(edges.filter(({ delay: steps }) => steps !== 0)).toHaveLength(1);
  });

  test("what a diagram needs can be posted to a worker", () => {
    const record = diagram(classification(rnn(4, { recurrence: "both" }), dense(9)));
    expect(structuredClone(record)).toEqual(record);
  });
});

describe("unfolded over steps", () => {
  test("a box stands once a step, and a delay leads from step to step", () => {
    const { nodes, edges } = unfold(regression(rnn(4, { delays: [1, 2] }), dense(2)), 4);
    expect(nodes).toHaveLength(5 * 4);
    const through = edges.filter(({ from, to }) => nodes[from].step !== nodes[to].step);
    expect(through.map(({ from, to }) => `${nodes[from].step}→${nodes[to].step}`)).toEqual(["0→1", "0→2", "1→2", "1→3", "2→3"]);
  });

  test("what has one value a sequence stands at the last step", () => {
    const { nodes } = unfold(regression(rnn(4), last(), dense(2)), 3);
    expect(nodes.filter(({ step }) => step === 0).map(({ symbol }) => symbol)).toEqual(["x", "h"]);
    expect(nodes.filter(({ step }) => step === 2).map(({ symbol }) => symbol)).toEqual(["x", "h", "", "o", "y", "L"]);
  });

  test("a source has steps of its own, and all steps meet where one looks at it", () => {
    const both = bidirectional(gru(4));
    const { nodes, edges, timelines } = unfold(translation({ encoder: [both], decoder: [gru(8), attention({ units: 3 }), dense(3)] }), 3);
    expect(timelines).toEqual([3, 3]);
    const way = (from: string, to: string): string[] =>
      edges
        .filter(
          (edge) => `${nodes[edge.from].symbol}${nodes[edge.from].number}` === from && nodes[edge.to].symbol + nodes[edge.to].number === to,
        )
        .map((edge) => `${nodes[edge.from].step}→${nodes[edge.to].step}`);
    expect(way("h1", "h1")).toEqual(["0→1", "1→2"]);
    expect(way("h2", "h2")).toEqual(["1→0", "2→1"]);
    expect(way("h1", "z0")).toEqual(["0", "1", "2"].flatMap((s) => ["0", "1", "2"].map((t) => `${s}→${t}`)));
    const ended = edges.filter(({ to }) => nodes[to].caption.endsWith("step"));
    expect(ended.map(({ from, when }) => `${when} ${nodes[from].symbol}${nodes[from].number} ${nodes[from].step}`)).toEqual([
      "first h2 0",
      "always h1 2",
    ]);
    // The first state is what the source's ends have become, side by side.
    expect(edges.filter(({ when }) => when === "initial").map(({ from, to }) => [nodes[from].extent, nodes[to].step])).toEqual([
      ["vector", 0],
      ["vector", 0],
    ]);
  });

  test("a context is there at every step", () => {
    const { nodes, edges, timelines } = unfold(
      seq2seq({ source: vector(3), target: features(2), decoder: [gru(8), dense(2)], context: "input" }),
      4,
    );
    expect(timelines).toEqual([4, 1]);
    expect(edges.filter(({ from, weights }) => nodes[from].kind === "input" && weights.length > 0).map(({ to }) => nodes[to].step)).toEqual(
      [0, 1, 2, 3],
    );
  });

  test("boxes that a delay reaches have their row to themselves", () => {
    const { rows, nodes } = unfold(regression(rnn(4, { recurrence: "both" }), rnn(4), dense(2)), 2);
    expect(new Set(rows).size).toBe(nodes.length / 2);
  });
});

/** Names that XML, DOT and Mermaid must not read as their own. */
const HOSTILE = `a<b>&"c"\\n]|{*_*} ${"ö".repeat(80)}`;

describe("what is drawn", () => {
  test.each([
    ["both recurrences", regression(rnn(4, { recurrence: "both" }), dense(2))],
    ["names as they come", regression(rnn(4, { name: HOSTILE }), dense(2))],
    [
      "two timelines",
      translation({
        encoder: [embedding(3), bidirectional(rnn(4))],
        decoder: [embedding(3), rnn(5), attention({ units: 3 }), dense(3)],
        context: "both",
      }),
    ],
  ])("is well-formed and lies side by side: %s", (_, definition) => {
    for (const svg of [folded(definition), unfolded(definition, 3, { gradient: true }), folded(definition, { detail: "operations" })]) {
      const { boxes, words } = readDrawing(svg);
      expect(boxes.length).toBeGreaterThanOrEqual(diagram(definition).nodes.length);
      expect(overlaps([...boxes, ...words])).toEqual([]);
    }
  });

  test("the same model is the same, byte for byte", () => {
    const definition = (): Definition => regression(rnn(4, { recurrence: "both" }), rnn(5), dense(2));
    expect(folded(definition())).toBe(folded(definition()));
    expect(unfolded(definition(), 4, { gradient: true })).toBe(unfolded(definition(), 4, { gradient: true }));
  });

  test("a gradient's flow over two timelines: the last steps of each", () => {
    const norms = (count: number): number[] => Array.from({ length: count }, (_, t) => 10 ** (t - count));
    const flow = [
      { label: "encoder 2/gru/h", norms: norms(9) },
      { label: "decoder 2/gru/h", norms: norms(3) },
    ];
    const { texts } = readDrawing(unfolded(translation({}), 3, { flow }));
    expect(texts.filter((text) => text.startsWith("h"))).toEqual([
      "h1\u200b(7)",
      "h1\u200b(8)",
      "h1\u200b(9)",
      "h2\u200b(1)",
      "h2\u200b(2)",
      "h2\u200b(3)",
    ]);
    expect(texts.filter((text) => text.startsWith("‖"))).toHaveLength(6);
    expect(texts).toContain("initial");
    // What stands before the first step is not seen where that is not.
    const later = [flow[0], { ...flow[1], norms: norms(4) }];
    expect(readDrawing(unfolded(translation({}), 3, { flow: later })).texts).not.toContain("initial");
  });

  test("a gradient's flow: as wide as its norm is long, the last steps of the sequence", () => {
    const definition = regression(rnn(4), dense(2));
    const norms = Array.from({ length: 20 }, (_, t) => 10 ** (t - 19));
    const svg = unfolded(definition, 3, { flow: [{ label: "layer 1/rnn/h", norms }] });
    const { texts } = readDrawing(svg);
    expect(texts.filter((text) => text.startsWith("‖"))).toEqual(["‖∂L/∂h‖ 0.01", "‖∂L/∂h‖ 0.1", "‖∂L/∂h‖ 1"]);
    expect(texts).toContain("x(18)");
    const widths = [...svg.matchAll(/stroke="#d55e00" stroke-width="([\d.]+)"/g)].map(([, width]) => Number(width));
    // Two arrows through time, 18 → 17 and … the nearer to the loss the wider; the others are all alike.
    expect([...new Set(widths)].sort((a, b) => a - b)).toEqual([1, 1.6, 4]);
  });
});

describe("as text", () => {
  const golden: readonly (readonly [string, Definition])[] = [
    ["hidden-recurrence", regression(rnn(64), dense(2))],
    ["output-recurrence", regression(rnn(64, { recurrence: "output" }), dense(2))],
    ["stacked", classification(embedding(16), lstm(64), rnn(32, { delays: [1, 8] }), dense(9))],
  ];
  const print = { dot, mermaid };
  test.each(golden.flatMap(([name, definition]) => (["dot", "mermaid"] as const).map((kind) => [name, kind, definition] as const)))(
    "%s, %s",
    (name, kind, definition) => {
      const file = new URL(`../golden/${name}.${kind === "dot" ? "dot" : "mmd"}`, import.meta.url);
      const text = print[kind](definition);
      if (process.env.UPDATE_GOLDEN || !existsSync(file)) writeFileSync(file, text);
      expect(text).toBe(readFileSync(file, "utf8"));
    },
  );

  const graphviz = spawnSync("dot", ["-V"]).status === 0;
  test.skipIf(!graphviz)(`Graphviz reads DOT${graphviz ? "" : " (Debian's graphviz is not installed)"}`, () => {
    for (const definition of [regression(rnn(4, { name: HOSTILE }), dense(2)), golden[2][1]])
      for (const detail of ["layers", "operations"] as const) {
        const { status, stderr } = spawnSync("dot", ["-Tcanon"], { input: dot(definition, { detail }), encoding: "utf8" });
        expect(stderr).toBe("");
        expect(status).toBe(0);
      }
  });
});
