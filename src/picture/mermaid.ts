// A diagram as text for Mermaid, which Markdown pages draw: https://mermaid.js.org/syntax/flowchart.html

import type { Diagram, NodeKind } from "./diagram.ts";
import { nameOf, sayingOf } from "./dot.ts";
import { BOX } from "./style.ts";

/** Quotes and what Mermaid would read as Markdown or HTML become entities, which it writes with # and a number. */
const quoted = (text: string): string =>
  `"${text.replace(/["#&<>`*_\\[\]{}|;]/g, (sign) => `#${sign.charCodeAt(0)};`).replace(/\n/g, "<br/>")}"`;

export function printMermaid({ nodes, edges }: Diagram): string {
  const kinds = [...new Set(nodes.map(({ kind }) => kind))];
  const lines = [
    "flowchart BT",
    ...nodes.map((node, place) => {
      const text = node.kind === "delay" ? quoted(`■ ${node.symbol}`.trim()) : quoted(nameOf(node, "\n"));
      const [open, close] = isRound(node.kind) ? ["([", "])"] : ["[", "]"];
      return `  n${place}${open}${text}${close}:::${node.kind}`;
    }),
    ...edges.map((edge) => {
      const saying = sayingOf(edge);
      const arrow = edge.delay === 0 ? "-->" : "-.->";
      return `  n${edge.from} ${arrow}${saying === "" ? "" : `|${quoted(saying)}|`} n${edge.to}`;
    }),
    ...kinds.map(
      (kind) => `  classDef ${kind} fill:${BOX[kind][0]},stroke:${BOX[kind][1]},color:${kind === "delay" ? "#ffffff" : "#1f2933"}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

const isRound = (kind: NodeKind): boolean => kind === "input" || kind === "target" || kind === "loss" || kind === "join";
