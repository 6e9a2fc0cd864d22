// A plan as text, for whoever doubts it.

import type { Node, NodeId } from "../graph/graph.ts";
import { printDelay } from "../graph/print.ts";
import { beginningsOf } from "./beginnings.ts";
import { forcingOf } from "./purpose.ts";
import type { Plan } from "./record.ts";
import type { Stage, Step } from "./schedule.ts";

const FORCED: Readonly<Record<string, string>> = { true: ", teacher forced", false: ", free running", mixed: ", scheduled sampling" };

type Printed = Omit<Plan, "toString">;

export function printPlan(plan: Printed): string {
  const { title, purpose, listens, batch, stages, nodes, bytes } = plan;
  const [steps, ...others] = plan.timelines;
  const forced = listens && "teacherForcing" in purpose ? FORCED[String(forcingOf(purpose))] : "";
  const heading = `${title}\n${purpose.kind}${forced}, batch ${batch}, steps ${steps}${others.map((more) => `, of the source ${more}`).join("")}`;
  const loops = stages.filter(({ direction }) => direction !== 0).length;
  const body = stages.map(
    (stage, index) => `${titleOf(plan, stage, index)}\n${stage.steps.map((step) => line(plan, stage, step)).join("\n")}`,
  );
  const begun = [...beginningsOf(nodes)].map(([node, beginning]) => `${nodes[node].label} with ${reference(nodes, beginning)}`);
  const facts = [
    ...(begun.length > 0 ? [`beginning: ${begun.join(", ")}`] : []),
    `loops over time: ${loops}`,
    `carried: ${plan.carried.map(({ label, slots, width }) => `${label} [${slots} × ${batch} × ${width}]`).join(", ") || "nothing"}`,
    `bytes: frame ${bytes.frame}, inputs ${bytes.inputs}, carry ${bytes.carry}, scratch ${bytes.scratch}`,
  ];
  return [heading, ...body, ...facts].join("\n");
}

function titleOf({ timelines, stages }: Printed, { direction, timeline }: Stage, index: number): string {
  const times = `during    ${timelines[timeline]} times, ${timeline === 0 ? "" : "along the source, "}`;
  if (direction !== 0) return `${times}${direction === 1 ? "forwards" : "backwards"}`;
  const after = stages.slice(0, index).some((stage) => stage.direction !== 0);
  const before = stages.slice(index).some((stage) => stage.direction !== 0);
  return `${after ? (before ? "between" : "after") : before ? "before" : "once"}${" ".repeat(after === before && !after ? 6 : after ? (before ? 3 : 5) : 4)}once over all rows`;
}

function line(plan: Printed, stage: Stage, step: Step): string {
  const { nodes } = plan;
  if (step.kind === "op") {
    const head = `  ${`%${step.node}`.padEnd(5)}${nodes[step.node].op.padEnd(16)}${size(plan, stage, step.node).padEnd(15)}`;
    return `${head}${`${formula(nodes, step.node)}${isMadeInPlace(plan, step.node) ? " in place" : ""}`.padEnd(64)} ${nodes[step.node].label}`.trimEnd();
  }
  const [first, ...rest] = step.nodes.map((id) => `${`%${id} = ${formula(nodes, id)}`.padEnd(64)} ${nodes[id].label}`.trimEnd());
  const head = `  ${"".padEnd(5)}${(step.fused?.kernel ?? `map of ${step.nodes.length}`).padEnd(16)}${size(plan, stage, step.nodes[0]).padEnd(15)}`;
  return [`${head}${first}`, ...rest.map((word) => `${"".padEnd(head.length)}${word}`)].join("\n");
}

/** Whether all parts of a concatenation are made where they belong, so that nothing is left to do. */
function isMadeInPlace({ nodes, buffers }: Printed, id: NodeId): boolean {
  const { op, inputs } = nodes[id];
  let offset = buffers.get(id)?.offset ?? 0;
  return (
    op === "concat" &&
    inputs.every((input) => {
      const { width } = nodes[input].shape;
      offset += width * 4;
      const part = buffers.get(input);
      return part?.role === "frame" && part.offset === offset - width * 4;
    })
  );
}

/** What a node computes, as it would be written on paper. */
function formula(nodes: readonly Node[], id: NodeId): string {
  const node = nodes[id];
  const [a, b, c] = node.inputs.map((input) => reference(nodes, input));
  const plus = (term: string | undefined): string => (term === undefined ? "" : ` + ${term}`);
  switch (node.op) {
    case "matmul":
      return `${a} · ${b}${plus(c)}`;
    case "sparse":
      return `${a} · ${b}${node.attributes.transposed ? "ᵀ" : ""}${plus(c)}`;
    case "gather":
      return `${b}[${a}]${plus(c)}`;
    case "outer":
      return `Σ ${a}ᵀ · ${b}${plus(c)}`;
    case "scatter":
      return `Σ ${b} by ${a}${plus(c)}`;
    case "columnSum":
      return `Σ ${a}${plus(b)}`;
    case "pack":
      return reference(nodes, id);
    case "add":
      return `${a} + ${b}`;
    case "sub":
      return `${a} − ${b}`;
    case "mul":
      return `${a} ⊙ ${b}`;
    case "div":
      return `${a} / ${b}`;
    case "last":
      return `${a}[${node.attributes.reversed ? "first" : "last"}]`;
    case "affine":
      return affine(a, node.attributes.scale, node.attributes.shift);
    case "draw":
      return `draw(${a}, ${node.attributes.kind}, stream ${node.attributes.stream})`;
    case "loss":
    case "lossGradient":
      return `${node.attributes.kind}(${a}, ${b})${node.attributes.ignore !== null ? ` ignoring ${node.attributes.ignore}` : ""}`;
    default: {
      const facts = Object.entries(node.attributes).filter(([, value]) => value !== false);
      const numbers = facts.map(([key, value]) => (value === true ? key : `${key} ${value}`));
      return `${node.op}(${[...node.inputs.map((input) => reference(nodes, input)), ...numbers].join(", ")})`;
    }
  }
}

function affine(x: string, scale: number, shift: number): string {
  const scaled = scale === 1 ? x : scale === -1 ? `−${x}` : `${scale}·${x}`;
  if (shift === 0) return scaled;
  return scale === -1 ? `${shift} − ${x}` : `${scaled} + ${shift}`;
}

/** A node as it is read: `%7[t−1]` for a delay, `%7[…, 64:128]` for a slice, a parameter by its path. */
function reference(nodes: readonly Node[], id: NodeId): string {
  const node = nodes[id];
  if (node.op === "parameter") return node.attributes.path;
  if (node.op === "input" || node.op === "target") return node.attributes.name;
  if (node.op === "delay") return delayed(nodes, node.inputs[0], node.attributes.steps);
  if (node.op === "slice")
    return `${reference(nodes, node.inputs[0])}[${node.attributes.from}:${node.attributes.from + node.attributes.width}]`;
  if (node.op === "pack") return `${reference(nodes, node.inputs[0])}${node.attributes.transposed ? "ᵀ" : ""}`;
  return `%${id}`;
}

/** A delay of a delay is read as one: `%7[t−8]`. */
function delayed(nodes: readonly Node[], id: NodeId, steps: number): string {
  const node = nodes[id];
  return node.op === "delay"
    ? delayed(nodes, node.inputs[0], steps + node.attributes.steps)
    : `${reference(nodes, id)}${printDelay(steps)}`;
}

function size({ nodes, batch, timelines }: Printed, stage: Stage, id: NodeId): string {
  const { op, shape } = nodes[id];
  const { extent, rows, width, timeline } = shape;
  if (extent === "scalar") return "[1]";
  const isLong = extent === "sequence" && stage.direction === 0 && op !== "repeat";
  const height = extent === "parameter" ? rows : isLong ? batch * timelines[timeline] : batch;
  return `[${height} × ${width}]`;
}
