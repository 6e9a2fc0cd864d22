// From a plan to commands: each step becomes one or a few, with addresses in place of nodes.

import { MAX_OPERANDS, Opcode, Span } from "../../assembly/isa.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import { rowBytes } from "../plan/bytes.ts";
import { type Buffer, placeOf, type Role } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { isGiven, registersOf, type Stage, type Step, stepNodes } from "../plan/schedule.ts";
import { beginning, beginningsOf, carryOut, edges } from "./edges.ts";
import { GATES, gatesProgram } from "./gates.ts";
import { LOWER } from "./lowerings.ts";
import { mapProgram } from "./map.ts";
import { spanOf } from "./spans.ts";
import type { Command, Operand } from "./words.ts";

/** Where the blocks of memory begin. */
export interface Bases {
  /** The address of a buffer that is found by its role and path. */
  persistent(role: Role, path: string): number;
  readonly frame: number;
  readonly inputs: number;
  readonly control: number;
}

export interface Lowered {
  /** What a decoder makes once of what it is given. */
  readonly before: readonly Command[];
  /** Packing of frozen parameters: needed once after a user has changed one. */
  readonly frozen: readonly Command[];
  /** Packing of the others: needed once after they have changed. */
  readonly prologue: readonly Command[];
  readonly commands: readonly Command[];
}

export function lower(plan: Plan, bases: Bases): Lowered {
  const { stages, buffers, purpose } = plan;
  const at = (id: NodeId): Operand => operandOf(plan, bases, id);
  const before: Command[] = [];
  const frozen: Command[] = [];
  const prologue: Command[] = [];
  const slots = (id: NodeId, slot: number): Operand => slotOf(plan, bases, id, slot);
  const commands: Command[] = plan.nodes.flatMap((node, id) => (isGiven(node) ? edges(plan, id, slots) : []));
  const begun = new Set<NodeId>();
  for (const stage of stages) {
    const loop = stage.direction !== 0;
    const body: Command[] = [];
    // A loop reads beyond the ends of its values before it has come to write them; elsewhere they are written only when their buffer's time
    // begins. A beginning of a row's own comes after what stands before all others.
    const early = loop ? commands : body;
    if (loop) early.push(...stage.steps.flatMap(stepNodes).flatMap((id) => edges(plan, id, slots)));
    for (const step of stage.steps) {
      if (plan.before.has(stepNodes(step)[0])) {
        before.push(...lowerStep(plan, stage, step, bases.control, at));
        continue;
      }
      if (!loop) early.push(...stepNodes(step).flatMap((id) => edges(plan, id, slots)));
      for (const id of beginningsOf(plan.nodes, step)) {
        if (!begun.has(id)) early.push(...beginning(plan, id, slots, at));
        begun.add(id);
      }
      const packs = step.kind === "op" && buffers.get(step.node)?.role === "panels";
      (packs ? (isOfFrozen(plan, step.node) ? frozen : prologue) : body).push(...lowerStep(plan, stage, step, bases.control, at));
    }
    if (loop) {
      const { timeline } = plan.nodes[stepNodes(stage.steps[0])[0]].shape;
      commands.push({ opcode: Opcode.loop, span: Span.steps + timeline, timeline, inner: body.length, flags: stage.direction });
    }
    commands.push(...body);
  }
  commands.push(...carryOut(plan, slots));
  if (purpose.kind === "train") commands.push({ opcode: Opcode.update });
  return { before, frozen, prologue, commands };
}

const isOfFrozen = ({ nodes }: Plan, pack: NodeId): boolean => {
  const weight = nodes[nodes[pack].inputs[0]];
  return weight.op === "parameter" && !weight.attributes.trained;
};

/** The start of a buffer. */
function addressOf(bases: Bases, buffer: Buffer): number {
  if (buffer.role === "frame") return bases.frame + buffer.offset;
  if (buffer.role === "inputs") return bases.inputs + buffer.offset;
  return bases.persistent(buffer.role, buffer.path);
}

/** A slot of a node's own buffer. */
function slotOf(plan: Plan, bases: Bases, id: NodeId, slot: number): Operand {
  const buffer = plan.buffers.get(id) as Buffer;
  const { timeStride, rowStride } = buffer;
  return { base: addressOf(bases, buffer) + slot * timeStride, timeStride, rowStride };
}

/** A node as an operand: views become an offset. */
export function operandOf(plan: Plan, bases: Bases, id: NodeId): Operand {
  const { buffer: root, earlier, column } = placeOf(plan.nodes, id);
  const buffer = plan.buffers.get(root);
  if (!buffer) throw new Error(`internal: ${plan.nodes[root].label} (${plan.nodes[root].op}) has no buffer`);
  const slot = buffer.halo - earlier;
  const { shape } = plan.nodes[root];
  return {
    base: addressOf(bases, buffer) + slot * buffer.timeStride + column * 4,
    timeStride: buffer.timeStride,
    rowStride: shape.extent === "parameter" && shape.rows === 1 ? 0 : buffer.rowStride,
  };
}

function lowerStep(plan: Plan, stage: Stage, step: Step, control: number, at: (id: NodeId) => Operand): Command[] {
  const { nodes } = plan;
  const members = stepNodes(step);
  const [id] = members;
  const read = members.flatMap((member) => nodes[member].inputs).filter((input) => !members.includes(input));
  const over = (taken: NodeId) => spanOf(nodes, taken, read, at, stage.direction !== 0);
  const { width } = nodes[id].shape;
  if (step.kind === "map") {
    const { fused } = step;
    const height = roomOf(plan, stage, nodes[id]);
    const registers = registersOf(nodes, step, plan.users, plan.roots);
    const written = fused ? fused.outputs.filter((id) => id >= 0) : step.nodes.filter((member) => !registers.has(member));
    const program = fused
      ? gatesProgram(fused, at)
      : mapProgram(nodes, step.nodes, (member) => (registers.has(member) ? null : ownRow(nodes[member], height, at(member))));
    // What is not shown is finite if what is shown is: the tanh of a state.
    const shown = written.slice(0, MAX_OPERANDS);
    return [
      {
        opcode: fused ? GATES[fused.kernel] : Opcode.map,
        ...over(id),
        width,
        extra: program,
        outputs: shown.length,
        operands: shown.map(at),
        labels: shown.map((member) => nodes[member].label),
      },
    ];
  }
  const lowering = LOWER[nodes[id].op];
  if (!lowering) throw new Error(`internal: ${nodes[id].op} cannot be a command`);
  return lowering({ plan, node: nodes[id], id, width, control, at, over }).map((command) => ({
    labels: [nodes[id].label],
    ...over(id),
    ...command,
  }));
}

/** Rows that a command of this stage goes over at most. */
function roomOf({ batch, timelines }: Plan, { direction }: Stage, { shape }: Node): number {
  const { extent, rows, timeline } = shape;
  return extent === "sequence" ? batch * (direction === 0 ? timelines[timeline] : 1) : extent === "vector" ? batch : rows;
}

/** A parameter of one row is broadcast over many rows, but a result of one row has a row of its own. */
const ownRow = (node: Node, height: number, operand: Operand): Operand =>
  height === 1 && operand.rowStride === 0 ? { ...operand, rowStride: rowBytes(node.shape.width) } : operand;
