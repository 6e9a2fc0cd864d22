// What a network writes in the midst of its training, for people to judge: a stretch of text, some lines, or what it makes of some sources.

import { kindOf } from "./networks.ts";
import type { Ready } from "./prepare.ts";

const LENGTH = 240;
const LINES = 6;
const TEMPERATURE = 0.8;

/** Of lines and text drawn anew after every number of steps `made`; of pairs the likeliest, with what is right in brackets. */
export function specimen({ net, note: { letters }, shown }: Pick<Ready, "net" | "note" | "shown">, made: number): string {
  const kind = kindOf(net.definition);
  if (kind === "pairs") {
    const longest = Math.max(...shown.map(({ target }) => target.length));
    const said = net.generateAll({ sources: shown.map(({ source = [] }) => source), greedy: true, maximum: 2 * longest + 8 });
    return said
      .map(({ symbols }, i) => {
        const [source, own, right] = [shown[i].source ?? [], symbols, shown[i].target].map((list) => letters.decode(list));
        return `${source} → ${own}${own === right ? "" : `   (${right})`}`;
      })
      .join("\n");
  }
  if (kind === "lines")
    return net
      .generateAll({ samples: LINES, maximum: LENGTH, temperature: TEMPERATURE, seed: made })
      .map(({ symbols }) => letters.decode(symbols))
      .join("\n");
  const prompt = [Math.max(0, letters.characters.indexOf("\n"))];
  return letters.decode(net.generate({ prompt, length: LENGTH, temperature: TEMPERATURE, seed: made })).replace(/^\n+|\n+$/g, "");
}
