// Charts as SVG: what is drawn of which numbers, and what is refused with a sentence.

import { describe, expect, test } from "vitest";
import { type Definition, dense, features, meanSquared, model, rnn } from "../../src/index.ts";
import { curves, diagram, dot, folded, heatMap, mermaid, spectrum, unfold, unfolded } from "../../src/picture/index.ts";
import { readDrawing } from "../support/drawings.ts";
import { refuses } from "../support/refuse.ts";

const steps = (count: number, value: (t: number) => number): number[] => Array.from({ length: count }, (_, t) => value(t));
/** The points of the line of a colour, as numbers. */
const line = (svg: string, color: string): number[][] => {
  const [, path] = new RegExp(`<path d="M([^"]*)" fill="none" stroke="${color}"`).exec(svg) as RegExpExecArray;
  return path.split("L").map((point) => point.split(",").map(Number));
};

describe("curves", () => {
  const one = (values: ArrayLike<number>, scale: "linear" | "log" = "linear") =>
    curves({ title: "Loss", charts: [{ y: "loss / nats", scale, series: [{ label: "training", values }] }] });

  test("a line rises where its values do, to scale", () => {
    const points = line(one([1, 2, 4, 3]), "#0072b2");
    expect(points).toHaveLength(4);
    const [a, b, c, d] = points.map(([, y]) => y);
    expect((a - b) * 2).toBeCloseTo(b - c, 0);
    expect(b - c).toBeCloseTo(2 * (d - c), 0);
    const [first, second, third] = points.map(([x]) => x);
    expect(second - first).toBeCloseTo(third - second, 0);
  });

  test("what grows by a factor is straight on a logarithmic axis", () => {
    const heights = line(
      one(
        steps(6, (t) => 10 ** -t),
        "log",
      ),
      "#0072b2",
    ).map(([, y]) => y);
    for (let t = 2; t < 6; t++) expect(heights[t] - heights[t - 1]).toBeCloseTo(heights[1] - heights[0], 0);
  });

  test("has title, axes with units, legend and threshold", () => {
    const { texts } = readDrawing(
      curves({
        title: "Training <1>",
        x: "step",
        charts: [
          {
            y: "loss / nats",
            series: [
              { label: "training", values: [3, 2, 1] },
              { label: "held out", values: [2], at: [3] },
            ],
          },
          {
            y: "gradient norm",
            scale: "log",
            series: [{ label: "norm", values: [10, 1, 0.1] }],
            thresholds: [{ label: "clipped to 5", value: 5 }],
          },
        ],
      }),
    );
    for (const part of ["Training <1>", "step", "loss / nats", "training", "held out", "gradient norm", "clipped to 5"])
      expect(texts).toContain(part);
  });

  test("many values are drawn as their mean within the band of their extremes, in a file that stays small", () => {
    const svg = one(steps(200_000, (t) => (t % 2 === 0 ? 1 : 3)));
    expect(svg.length).toBeLessThan(40_000);
    // The last point is the last value alone.
    const heights = line(svg, "#0072b2")
      .map(([, y]) => y)
      .slice(0, -1);
    // Half-way between 1 and 3 but for the odd value that a point has more of one kind.
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(2);
    expect(readDrawing(svg).elements.get("path")).toBeGreaterThan(3);
  });

  test.each<[string, ArrayLike<number>, "linear" | "log"]>([
    ["nothing", [], "linear"],
    ["one value", [3], "linear"],
    ["equal values", [2, 2, 2], "linear"],
    ["equal values, logarithmic", [2, 2, 2], "log"],
    ["not finite", [1, Number.NaN, Number.POSITIVE_INFINITY, 2], "linear"],
    ["zero and less on a logarithmic axis", [0, -1, 5], "log"],
    ["nothing that can be drawn", [Number.NaN, -1], "log"],
    ["the least and the greatest", [Number.MIN_VALUE, Number.MAX_VALUE], "log"],
    ["the least and the greatest, both ways", [-Number.MAX_VALUE, Number.MAX_VALUE, 1], "linear"],
    ["a Float32Array", Float32Array.of(1, 2), "linear"],
  ])("of %s is a picture, too", (_, values, scale) => {
    expect(readDrawing(one(values, scale)).texts).toContain("Loss");
  });
});

describe("a heat map", () => {
  const map = (...rows: (readonly number[])[]) =>
    heatMap({ title: "Gradient flow", rows: rows.map((values, row) => ({ label: `layer ${row + 1}`, values })) });
  const cells = (svg: string): string[] =>
    [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="32" fill="([^"]+)"/g)].map(([, fill]) => fill);

  test("has a cell for each row and step, equal colours for equal norms, grey for none", () => {
    const svg = map([1, 0.1, 0.01], [0.01, 0, Number.NaN]);
    const [a, b, c, d, e, f] = cells(svg);
    expect(cells(svg)).toHaveLength(6);
    expect(d).toBe(c);
    expect(e).toBe(f);
    expect(new Set([a, b, c, e]).size).toBe(4);
    expect(readDrawing(svg).texts).toEqual(
      expect.arrayContaining(
        ["layer 1", "layer 2", "time step", "0 or none", "10⁻²", "1"].map((text) => (text === "10⁻²" ? "0.01" : text)),
      ),
    );
  });

  test("of shares is linear, begins at 0, and names its columns", () => {
    const rows = [
      { label: "e", values: [0, 0.25, 0.5] },
      { label: "h", values: [0.5, Number.NaN, 0] },
    ];
    const svg = heatMap({ title: "Who looks where", rows, scale: "linear", value: "α", columns: ["t", "h", "e"] });
    const [none, quarter, most, again, absent, zero] = cells(svg);
    expect([again, zero]).toEqual([most, none]);
    expect(new Set([none, quarter, most, absent]).size).toBe(4);
    expect(readDrawing(svg).texts).toEqual(expect.arrayContaining(["t", "h", "e", "0", "0.25", "0.5", "α", "0 or none"]));
    // A quarter of 1 is where a quarter of the way from dark to light is.
    const other = heatMap({ title: "b", rows: [{ label: "a", values: [0.5, 1] }], scale: "linear" });
    expect(cells(other)[0]).toBe(quarter);
  });

  test("a long sequence is drawn in pieces", () => {
    expect(
      cells(heatMap({ title: "a", rows: [{ label: "b", values: steps(1000, () => 0.5) }], scale: "linear" })).length,
    ).toBeLessThanOrEqual(300);
    expect(cells(map(steps(10_000, (t) => 10 ** (-t / 100)))).length).toBeLessThanOrEqual(300);
  });
});

describe("a spectrum", () => {
  test("tells the spectral radius, and draws a point for each eigenvalue", () => {
    const eigenvalues = [
      { re: 0.6, im: 0.8 },
      { re: 0.6, im: -0.8 },
      { re: -1.25, im: 0 },
    ];
    const { texts, elements } = readDrawing(spectrum({ title: "wh", sets: [{ label: "3 × 3", eigenvalues }] }));
    expect(texts).toEqual(expect.arrayContaining(["wh", "3 × 3", "ρ = 1.250", "unit circle", "real part", "imaginary part"]));
    // The points, the unit circle, that of the radius, and the sample of the legend.
    expect(elements.get("circle")).toBe(3 + 3);
  });

  test("all zero is a point in the middle", () => {
    expect(readDrawing(spectrum({ title: "0", sets: [{ label: "1 × 1", eigenvalues: [{ re: 0, im: 0 }] }] })).texts).toContain("ρ = 0.000");
  });
});

describe("what is refused", () => {
  const definition: Definition = model({ input: features(2), layers: [rnn(3), dense(1)], loss: meanSquared() });
  const series = [{ label: "a", values: [1, 2] }];
  refuses<Definition>(
    () => definition,
    [
      ["no definition", () => folded({} as never), TypeError, "folded", "model(…)"],
      ["no definition for DOT", () => dot(null as never), TypeError, "dot", "null"],
      ["no definition for Mermaid", () => mermaid([] as never), TypeError, "mermaid", "an array of 0"],
      ["an unknown option", (d) => folded(d, { details: "layers" } as never), TypeError, 'no option "details"', 'Did you mean "detail"?'],
      ["an unknown detail", (d) => diagram(d, { detail: "ops" as never }), TypeError, '"layers", "operations"', '"ops"'],
      ["steps of 0", (d) => unfolded(d, 0), RangeError, "unfolded: steps", "1 or more", "0"],
      ["too many steps", (d) => unfold(d, 65), RangeError, "unfold: steps", "65", "64"],
      ["a fraction of a step", (d) => unfolded(d, 1.5), RangeError, "1.5"],
      [
        "a flow of fewer steps",
        (d) => unfolded(d, 3, { flow: [{ label: "layer 1/rnn/h", norms: [1, 2] }] }),
        RangeError,
        "2 steps but 3",
        "Show 2",
      ],
      ["a flow that is none", (d) => unfolded(d, 3, { flow: {} as never }), TypeError, "flow must be a list", "an object"],
      ["no charts", () => curves({ title: "a", charts: [] }), TypeError, "at least one chart", "an array of 0"],
      ["no title", () => curves({ charts: [{ y: "a", series }] } as never), TypeError, "curves: title", "undefined"],
      [
        "values that are no numbers",
        () => curves({ title: "a", charts: [{ y: "b", series: [{ label: "c", values: ["1"] as never }] }] }),
        TypeError,
        "chart 1",
        '"c"',
        "numbers",
      ],
      [
        "too few places",
        () => curves({ title: "a", charts: [{ y: "b", series: [{ label: "c", values: [1, 2], at: [1] }] }] }),
        RangeError,
        '"c" has 2 values but 1 places',
      ],
      [
        "a scale that is none",
        () => curves({ title: "a", charts: [{ y: "b", scale: "square" as never, series }] }),
        TypeError,
        '"linear", "log"',
        '"square"',
      ],
      [
        "a threshold that is no number",
        () => curves({ title: "a", charts: [{ y: "b", series, thresholds: [{ label: "c", value: Number.NaN }] }] }),
        TypeError,
        'threshold "c"',
        "NaN",
      ],
      [
        "rows of unequal lengths",
        () => heatMap({ title: "a", rows: [...series, { label: "b", values: [1] }] }),
        RangeError,
        '"a" has 2 values but "b" has 1',
      ],
      ["a row of nothing", () => heatMap({ title: "a", rows: [{ label: "b", values: [] }] }), RangeError, '"b" has 0 values'],
      ["names for other columns", () => heatMap({ title: "a", rows: series, columns: ["b"] }), RangeError, "1 names for 2 columns"],
      [
        "more names than fit",
        () => heatMap({ title: "a", rows: [{ label: "b", values: new Float32Array(61) }], columns: Array(61).fill("c") }),
        RangeError,
        "61 names",
        "60",
      ],
      ["no rows", () => heatMap({ title: "a", rows: [] }), TypeError, "at least one row"],
      [
        "an eigenvalue that is not finite",
        () => spectrum({ title: "a", sets: [{ label: "b", eigenvalues: [{ re: 1, im: Number.NaN }] }] }),
        TypeError,
        "imaginary part of eigenvalue 1",
        "NaN",
      ],
      [
        "an eigenvalue that is none",
        () => spectrum({ title: "a", sets: [{ label: "b", eigenvalues: [null as never] }] }),
        TypeError,
        "real part of eigenvalue 1",
        "undefined",
      ],
    ],
  );
});
