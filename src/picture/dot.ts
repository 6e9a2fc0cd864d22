// A diagram as text for Graphviz: https://graphviz.org/doc/info/lang.html

import type { Diagram, DiagramEdge, DiagramNode } from "./diagram.ts";
import { wordsOf } from "./shapes.ts";
import { BOX } from "./style.ts";

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&").replace(/\r?\n/g, "\\n")}"`;

/** The name of a node with its number and caption, on two lines. */
export function nameOf({ symbol, number, caption }: DiagramNode, newline: string): string {
  const below = number > 0 ? [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("") : "";
  const name = symbol
    .split(", ")
    .map((part) => `${part}${below}`)
    .join(", ");
  return [name, caption].filter((line) => line !== "").join(newline);
}

/** What stands on an arrow: its weights, and its delay unless it is none. */
export function sayingOf(edge: DiagramEdge): string {
  const { delay } = edge;
  const square = delay === 0 ? "" : delay === 1 ? "■" : `■ ${delay}`;
  return [square, wordsOf(edge, Number.POSITIVE_INFINITY)].filter((part) => part !== "").join(" ");
}

export function printDot({ nodes, edges }: Diagram): string {
  const lines = [
    "digraph unrolled {",
    "  rankdir=BT;",
    '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11];',
    '  edge [fontname="Helvetica", fontsize=10, color="#34495e"];',
    ...nodes.map((node, place) => {
      const [fill, stroke] = BOX[node.kind];
      const text =
        node.kind === "delay"
          ? `label=${quoted(node.symbol)}, shape=square, width=0.15, fontcolor="#ffffff"`
          : `label=${quoted(nameOf(node, "\n"))}`;
      return `  n${place} [${text}, fillcolor="${fill}", color="${stroke}"];`;
    }),
    ...edges.map((edge) => {
      const saying = sayingOf(edge);
      // What is delayed goes back without pulling the rows along.
      const attributes = [...(saying === "" ? [] : [`label=${quoted(` ${saying} `)}`]), ...(edge.delay === 0 ? [] : ["constraint=false"])];
      return `  n${edge.from} -> n${edge.to}${attributes.length > 0 ? ` [${attributes.join(", ")}]` : ""};`;
    }),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}
