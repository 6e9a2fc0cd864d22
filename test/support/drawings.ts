// Reads an SVG file as the tests ask for it: well-formed, its boxes, its words, its numbers.

import { SaxesParser } from "saxes";
import { expect } from "vitest";
import { widthOf } from "../../src/picture/style.ts";

export interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Reading {
  readonly width: number;
  readonly height: number;
  /** Everything that is written, tips left out. */
  readonly texts: readonly string[];
  /** The frames of the boxes of a graph. */
  readonly boxes: readonly Rectangle[];
  /** The words on arrows. */
  readonly words: readonly (Rectangle & { readonly text: string })[];
  /** How often each element occurs. */
  readonly elements: ReadonlyMap<string, number>;
}

/** Parses a file; whatever is not well-formed XML, or has a number that is none, fails the test. */
export function readDrawing(svg: string): Reading {
  const parser = new SaxesParser();
  const texts: string[] = [];
  const boxes: Rectangle[] = [];
  const words: (Rectangle & { text: string })[] = [];
  const elements = new Map<string, number>();
  /** Of the elements that are open. */
  const classes: string[] = [];
  let [width, height, tip] = [0, 0, false];
  let text: { content: string; attributes: Record<string, string> } | null = null;
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    elements.set(name, (elements.get(name) ?? 0) + 1);
    for (const [key, value] of Object.entries(attributes)) {
      expect(value, `${name} ${key}`).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
      if (/^(x|y|width|height|r|cx|cy|rx|dy)$/.test(key) && value !== "100%")
        expect(Number.isFinite(Number(value)), `${name} ${key}="${value}"`).toBe(true);
    }
    if (name === "svg") [width, height] = [Number(attributes.width), Number(attributes.height)];
    if (name === "title") tip = true;
    if (name === "text") text = { content: "", attributes: attributes as Record<string, string> };
    if (name === "rect" && classes.at(-1)?.startsWith("box")) {
      const [x, y, w, h] = ["x", "y", "width", "height"].map((key) => Number(attributes[key as never]));
      boxes.push({ left: x, right: x + w, top: y, bottom: y + h });
    }
    classes.push(String(attributes.class ?? ""));
  });
  parser.on("closetag", ({ name }) => {
    classes.pop();
    if (name === "title") tip = false;
    if (name !== "text" || text === null) return;
    const { content, attributes } = text;
    texts.push(content);
    if (attributes.class === "word") {
      const [left, y, size] = [Number(attributes.x), Number(attributes.y), Number(attributes["font-size"])];
      words.push({ text: content, left, right: left + widthOf(content, size), top: y - size * 0.75, bottom: y + size * 0.2 });
    }
    text = null;
  });
  parser.on("text", (content) => {
    if (text !== null && !tip) text.content += content;
  });
  parser.write(svg).close();
  expect(width).toBeGreaterThan(0);
  expect(height).toBeGreaterThan(0);
  return { width, height, texts, boxes, words, elements };
}

export const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Pairs of a list that overlap. */
export function overlaps<T extends Rectangle>(list: readonly T[]): (readonly [T, T])[] {
  return list.flatMap((a, index) => list.slice(index + 1).flatMap((b) => (overlap(a, b) ? [[a, b] as const] : [])));
}
