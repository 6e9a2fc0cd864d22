// A model as its graph is: one box for each operation, parameter and delay.

import type { Node, NodeId } from "../graph/graph.ts";
import { componentsOf } from "./components.ts";
import { type Diagram, type DiagramEdge, type NodeKind, numbered, ranksOf } from "./diagram.ts";
import { stepsText } from "./shapes.ts";
import type { Source } from "./source.ts";

const KINDS: Readonly<Record<string, NodeKind>> = {
  input: "input",
  target: "target",
  loss: "loss",
  parameter: "parameter",
  delay: "delay",
  feedback: "delay",
};

export function operationsOf(source: Source): Diagram {
  const { nodes, used, definition } = source;
  const kept = [...nodes.keys()].filter((id) => used[id]);
  const place = new Map(kept.map((id, index) => [id, index]));
  const edges: DiagramEdge[] = kept.flatMap((id) =>
    [...new Set(source.inputsOf(id))].map((input, index) => {
      const when = source.whenOf(id, index);
      return {
        from: place.get(input) as number,
        to: place.get(id) as number,
        delay: when === "initial" ? 0 : source.stepsOf(id),
        when,
        weights: [],
        gradient: source.flows[input] && source.flows[id],
      };
    }),
  );
  const ranks = ranksOf(kept.length, edges);
  const loops = componentsOf(kept.length, (index) => source.inputsOf(kept[index]).map((input) => place.get(input) as number));
  const numbers = new Map<number, number>();
  const boxes = kept.map((id, index) => {
    const node = nodes[id];
    const part = loops.of[index];
    const isLoop = loops.sizes[part] > 1;
    if (isLoop && !numbers.has(part)) numbers.set(part, numbers.size);
    return {
      kind: definition.heads.some(({ output }) => id === output) && !KINDS[node.op] ? ("output" as const) : (KINDS[node.op] ?? "operation"),
      symbol: symbolOf(node),
      caption: captionOf(source, id),
      path: node.label,
      states: [],
      width: node.shape.width,
      extent: node.shape.extent,
      timeline: source.early[id] ? (1 as const) : (0 as const),
      rank: ranks[index],
      loop: isLoop ? (numbers.get(part) as number) : -1,
      parameters: [],
    };
  });
  return { nodes: numbered(boxes).map((node) => ({ ...node, number: 0 })), edges };
}

function symbolOf(node: Node): string {
  switch (node.op) {
    case "input":
      return "x";
    case "target":
      return "y";
    case "loss":
      return "L";
    case "parameter":
      return node.attributes.path.slice(node.attributes.path.lastIndexOf("/") + 1);
    case "add":
      return "+";
    case "sub":
      return "−";
    case "mul":
      return "×";
    case "div":
      return "÷";
    case "affine": {
      const { scale, shift } = node.attributes;
      const times = scale === 1 ? "" : scale === -1 ? "−" : `${short(scale)} · `;
      return shift === 0
        ? `${times}( )`
        : scale === -1
          ? `${short(shift)} − ( )`
          : `${times}( ) ${shift < 0 ? "−" : "+"} ${short(Math.abs(shift))}`;
    }
    case "slice":
      return `columns ${node.attributes.from}…${node.attributes.from + node.attributes.width - 1}`;
    case "delay":
      return stepsText(node.attributes.steps);
    case "feedback":
      return "";
    default:
      return node.op;
  }
}

const short = (number: number): string => String(Number(number.toPrecision(4)));

function captionOf({ nodes, definition }: Source, id: NodeId): string {
  const node = nodes[id];
  const { op, shape, label } = node;
  if (op === "parameter") return `${shape.rows} × ${shape.width}`;
  if (node.op === "loss") return node.attributes.kind;
  const name = label.slice(label.lastIndexOf("/") + 1);
  const size = shape.symbols > 0 ? `< ${shape.symbols}` : String(shape.width);
  const isOutput = definition.heads.some(({ output }) => id === output);
  return isOutput || (op !== "input" && op !== "target" && !definition.layers.some(({ path }) => path === label))
    ? `${name} · ${size}`
    : size;
}
