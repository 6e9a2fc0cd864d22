// A place for every word on an arrow: the first of several that covers no box, no square and no other word.

import type { Point } from "./layout.ts";
import { WORD } from "./shapes.ts";
import { widthOf } from "./style.ts";

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Word {
  readonly text: string;
  /** Where it may stand, best first: a point on the arrow and the side of it. */
  readonly places: readonly (Point & { readonly side: "left" | "right" | "above" | "below" })[];
}

export interface PlacedWord {
  readonly text: string;
  /** Where the text begins, and its base line. */
  readonly x: number;
  readonly y: number;
  readonly area: Area;
}

const covers = (a: Area, b: Area): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Distance of a word from its arrow. */
const APART = 6;

/** Places the words one after the other. Where none of its places is free a word takes the one that covers least. */
export function placed(words: readonly Word[], taken: readonly Area[]): PlacedWord[] {
  const areas = [...taken];
  return words.map(({ text, places }) => {
    const width = widthOf(text, WORD);
    const options = places.map(({ x, y, side }) => {
      const left = side === "right" ? x + APART : side === "left" ? x - APART - width : x - width / 2;
      const middle = side === "above" ? y - 11 : side === "below" ? y + 11 : y;
      return { left, right: left + width, top: middle - 7, bottom: middle + 7 };
    });
    const cost = (area: Area): number => areas.filter((other) => covers(area, other)).length;
    const area = options.reduce((best, option) => (cost(option) < cost(best) ? option : best));
    areas.push(area);
    return { text, x: area.left, y: area.bottom - 3, area };
  });
}
