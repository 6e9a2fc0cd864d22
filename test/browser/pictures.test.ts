// Pictures in headless Chromium, with its fonts: texts stay within their boxes and off each other. And Mermaid itself, which needs a page, reads our text.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium as driver } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromium } from "../../scripts/chromium.mjs";
import { npm } from "../../scripts/npm.mjs";
import {
  attention,
  bidirectional,
  crossEntropy,
  dense,
  embedding,
  features,
  gru,
  last,
  lstm,
  meanSquared,
  model,
  rnn,
  seq2seq,
  tokens,
  vector,
} from "../../src/index.ts";
import { curves, folded, heatMap, mermaid, spectrum, unfolded } from "../../src/picture/index.ts";
import { root } from "../support/package.ts";

const executablePath = chromium();
const missing = executablePath ? "" : " (there is no Chromium here, and it could not be installed)";
let browser: Browser;

beforeAll(async () => {
  if (executablePath) browser = await driver.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu"] });
});
afterAll(() => browser?.close());

const HOSTILE = 'a<b>&"c"]|{*_*} `x`; end #35; %%';
const MODELS = {
  stacked: model({ input: tokens(65), layers: [embedding(32), lstm(128), rnn(64, { delays: [1, 8] }), dense(65)], loss: crossEntropy() }),
  both: model({ input: features(3), layers: [rnn(64, { recurrence: "both" }), dense(2)], loss: meanSquared() }),
  vector: model({ input: features(3), layers: [rnn(16), last(), dense(10)], loss: crossEntropy() }),
  translation: seq2seq({
    source: tokens(40),
    target: tokens(50),
    encoder: [embedding(16), bidirectional(lstm(32))],
    decoder: [embedding(16), lstm(32), attention({ units: 8 }), dense(50)],
    context: "both",
  }),
  "sequences of a vector": seq2seq({ source: vector(9), target: features(2), decoder: [gru(16), dense(2)] }),
  hostile: model({ input: features(3), layers: [rnn(4, { name: HOSTILE }), dense(2, { name: "end" })], loss: meanSquared() }),
};

/** What overlaps or sticks out, as sentences; reckoned in the page from what is really drawn. */
function faults(): string[] {
  const list: string[] = [];
  const all = (selector: string) => [...document.querySelectorAll(selector)].map((node) => ({ node, area: node.getBoundingClientRect() }));
  const said = ({ node }: { node: Element }): string => node.textContent ?? "";
  const upon = (a: DOMRect, b: DOMRect): boolean =>
    a.left + 0.5 < b.right && b.left + 0.5 < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
  const picture = document.querySelector("svg")?.getBoundingClientRect() as DOMRect;
  const texts = all("text").filter(({ area }) => area.width > 0);
  for (const text of texts) {
    const { left, right, top, bottom } = text.area;
    if (left < picture.left || right > picture.right || top < picture.top || bottom > picture.bottom)
      list.push(`"${said(text)}" is cut off`);
    const frame = text.node.closest(".box")?.querySelector("rect")?.getBoundingClientRect();
    if (frame && (left < frame.left || right > frame.right)) list.push(`"${said(text)}" is wider than its box`);
  }
  // Within a box a symbol's line may reach into the next, which its letters do not.
  const free = texts.filter(({ node }) => !node.closest(".box"));
  const solid = [...free, ...all(".box rect")];
  free.forEach((text, index) => {
    for (const other of solid.slice(index + 1))
      if (upon(text.area, other.area)) list.push(`"${said(text)}" lies upon ${said(other) || "a box"}`);
  });
  return list;
}

const step = (count: number, value: (t: number) => number): number[] => Array.from({ length: count }, (_, t) => value(t));
const CHARTS: readonly (readonly [string, string])[] = [
  [
    "curves",
    curves({
      title: "Training",
      charts: [
        {
          y: "loss / nats",
          series: ["training", "held out"].map((label, i) => ({ label, values: step(5000, (t) => 1 + i + 1 / (t + 1)) })),
        },
        {
          y: "gradient norm",
          scale: "log",
          series: [{ label: "norm", values: step(5000, (t) => 10 ** Math.sin(t)) }],
          thresholds: [{ label: "clipped to 5", value: 5 }],
        },
      ],
    }),
  ],
  [
    "growth",
    curves({
      title: "Growth",
      x: "step",
      charts: [
        { y: "‖h(t)‖", scale: "log", series: [0.8, 1, 1.25].map((rho) => ({ label: `ρ = ${rho}`, values: step(50, (t) => rho ** t) })) },
      ],
    }),
  ],
  [
    "a heat map",
    heatMap({
      title: "Gradient flow",
      rows: [1, 2, 3].map((layer) => ({ label: `layer ${layer}/lstm/h`, values: step(300, (t) => 10 ** ((t - 300) / (9 * layer))) })),
    }),
  ],
  ["a heat map of one step", heatMap({ title: "Gradient flow", rows: [{ label: "h", values: [0] }] })],
  [
    "a spectrum",
    spectrum({
      title: "Eigenvalues",
      sets: [0.5, 1.2].map((radius) => ({
        label: `radius ${radius}`,
        eigenvalues: step(40, (t) => t).map((t) => ({ re: radius * Math.cos(t), im: radius * Math.sin(t) })),
      })),
    }),
  ],
];

const GRAPHS = Object.entries(MODELS).flatMap(([name, definition]) => [
  [`${name}, folded`, folded(definition)] as const,
  [`${name}, unfolded`, unfolded(definition, 3)] as const,
  [`${name}, with its gradient`, unfolded(definition, 5, { gradient: true })] as const,
]);

test.skipIf(missing).each([...GRAPHS, ...CHARTS])(`%s: every text has its room${missing}`, async (_, svg) => {
  const page = await browser.newPage();
  await page.setContent(`<!doctype html><body style="margin: 20px">${svg}`);
  expect(await page.evaluate(faults)).toEqual([]);
  await page.close();
});

test.skipIf(missing)(`a file of its own is an image that a page shows${missing}`, async () => {
  const page = await browser.newPage();
  const sizes = await page.evaluate(
    (sources) =>
      Promise.all(
        sources.map(
          (source) =>
            new Promise<number>((resolve) => {
              const image = new Image();
              image.onload = () => resolve(image.naturalWidth);
              image.onerror = () => resolve(0);
              image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
            }),
        ),
      ),
    [...GRAPHS, ...CHARTS].map(([, svg]) => svg),
  );
  for (const width of sizes) expect(width).toBeGreaterThan(100);
  await page.close();
});

/** Mermaid is installed beside the build on first use: it is as large as all other development packages together. */
function mermaidFile(): string | undefined {
  const folder = join(root, "build/mermaid");
  const file = join(folder, "node_modules/mermaid/dist/mermaid.min.js");
  try {
    if (!existsSync(file)) npm(["install", "--prefix", folder, "--no-save", "--no-package-lock", "mermaid@12"], root);
  } catch {
    return undefined;
  }
  return existsSync(file) ? file : undefined;
}
const library = missing ? undefined : mermaidFile();
const without = missing || (library ? "" : " (npm could not install Mermaid)");

test.skipIf(without)(`Mermaid draws our text, with every box and its words${without}`, async () => {
  const page = await browser.newPage();
  await page.setContent("<!doctype html><body>");
  await page.addScriptTag({ path: library as string });
  for (const [name, definition] of Object.entries(MODELS))
    for (const detail of ["layers", "operations"] as const) {
      const text = mermaid(definition, { detail });
      const drawn = await page.evaluate(async (source) => {
        const { mermaid } = globalThis as unknown as { mermaid: { render(id: string, text: string): Promise<{ svg: string }> } };
        const { svg } = await mermaid.render("graph", source);
        const { body } = new DOMParser().parseFromString(svg, "text/html");
        return {
          boxes: body.querySelectorAll(".node").length,
          text: [...body.querySelectorAll(".nodeLabel")].map((node) => node.textContent),
        };
      }, text);
      expect(drawn.boxes, name).toBe(text.match(/^ {2}n\d+[[(]/gm)?.length);
      if (name === "hostile" && detail === "layers") expect(drawn.text).toContain(`h${HOSTILE} · 4`);
    }
  await page.close();
});
