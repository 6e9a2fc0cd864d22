// From a plan to commands: each step becomes one or a few, with addresses in place of nodes.

import { MAX_OPERANDS, Opcode } from "../../assembly/isa.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import { rowBytes } from "../plan/bytes.ts";
import { type Buffer, placeOf, type Role } from "../plan/layout.ts";
import type { Plan } from "../plan/plan.ts";
import { isGiven, registersOf, type Stage, type Step, stepNodes } from "../plan/schedule.ts";
import { GATES, gatesProgram } from "./gates.ts";
import { LOWER } from "./lowerings.ts";
import { mapProgram } from "./map.ts";
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
  /** Packing of frozen parameters: needed once after a user has changed one. */
  readonly frozen: readonly Command[];
  /** Packing of the others: needed once after they have changed. */
  readonly prologue: readonly Command[];
  readonly commands: readonly Command[];
}

export function lower(plan: Plan, bases: Bases): Lowered {
  const { stages, buffers, purpose } = plan;
  const at = (id: NodeId): Operand => operandOf(plan, bases, id);
  const frozen: Command[] = [];
  const prologue: Command[] = [];
  const given = plan.nodes.flatMap((node, id) => (isGiven(node) ? clearEdges(plan, bases, id) : []));
  const commands: Command[] = [...carryIn(plan, bases), ...given];
  for (const stage of stages) {
    const loop = stage.direction !== 0;
    const body: Command[] = [];
    for (const step of stage.steps) {
      // A loop reads beyond the ends of its values before it has come to write them; elsewhere they are cleared only when their buffer's time
      // begins.
      (loop ? commands : body).push(...stepNodes(step).flatMap((id) => clearEdges(plan, bases, id)));
      const packs = step.kind === "op" && buffers.get(step.node)?.role === "panels";
      (packs ? (isOfFrozen(plan, step.node) ? frozen : prologue) : body).push(...lowerStep(plan, stage, step, bases.control, at));
    }
    if (loop) commands.push({ opcode: Opcode.loop, rows: plan.steps, inner: body.length, flags: stage.direction });
    commands.push(...body);
  }
  commands.push(...carryOut(plan, bases));
  if (purpose.kind === "train") commands.push({ opcode: Opcode.update });
  return { frozen, prologue, commands };
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

/** A node as an operand: views become an offset. */
export function operandOf(plan: Plan, bases: Bases, id: NodeId): Operand {
  const { buffer: root, earlier, column, only } = placeOf(plan.nodes, id);
  const buffer = plan.buffers.get(root);
  if (!buffer) throw new Error(`internal: ${plan.nodes[root].label} (${plan.nodes[root].op}) has no buffer`);
  const slot = buffer.halo - earlier + (only === "last" ? plan.steps - 1 : 0);
  const { shape } = plan.nodes[root];
  return {
    base: addressOf(bases, buffer) + slot * buffer.timeStride + column * 4,
    timeStride: only ? 0 : buffer.timeStride,
    rowStride: shape.extent === "parameter" && shape.rows === 1 ? 0 : buffer.rowStride,
  };
}

function lowerStep(plan: Plan, stage: Stage, step: Step, control: number, at: (id: NodeId) => Operand): Command[] {
  const { nodes, batch, steps } = plan;
  const id = step.kind === "op" ? step.node : step.nodes[0];
  const { extent, rows, width } = nodes[id].shape;
  const height = extent === "sequence" ? (stage.direction === 0 ? batch * steps : batch) : extent === "vector" ? batch : rows;
  if (step.kind === "map") {
    const { fused } = step;
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
        rows: height,
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
  return lowering({ plan, node: nodes[id], id, rows: height, width, control, at }).map((command) => ({
    labels: [nodes[id].label],
    ...command,
  }));
}

/** A parameter of one row is broadcast over many rows, but a result of one row has a row of its own. */
const ownRow = (node: Node, height: number, operand: Operand): Operand =>
  height === 1 && operand.rowStride === 0 ? { ...operand, rowStride: rowBytes(node.shape.width) } : operand;

/** Halos are filled with what was carried, or with nothing for rows that begin anew. */
function carryIn(plan: Plan, bases: Bases): Command[] {
  return plan.carried.flatMap(({ node, slots, width, symbols: count, offset }) => {
    const buffer = plan.buffers.get(node) as Buffer;
    return Array.from({ length: slots }, (_, slot) => ({
      opcode: count > 0 ? Opcode.carrySymbolsIn : Opcode.carryIn,
      rows: plan.batch,
      width,
      operands: [
        { base: addressOf(bases, buffer) + slot * buffer.timeStride, timeStride: 0, rowStride: buffer.rowStride },
        { base: offset + slot * buffer.timeStride, timeStride: 0, rowStride: buffer.rowStride },
      ],
    }));
  });
}

/** The last slots are handed on. */
function carryOut(plan: Plan, bases: Bases): Command[] {
  return plan.carried.map(({ node, slots, width, symbols: count, offset }) => {
    const buffer = plan.buffers.get(node) as Buffer;
    return {
      opcode: count > 0 ? Opcode.carrySymbolsOut : Opcode.carryOut,
      rows: plan.batch * slots,
      width,
      operands: [
        { base: offset, timeStride: 0, rowStride: buffer.rowStride },
        { base: addressOf(bases, buffer) + plan.steps * buffer.timeStride, timeStride: 0, rowStride: buffer.rowStride },
      ],
    };
  });
}

/** Before the first step, where nothing is carried, and beyond the last there is nothing: slots that are read from there are zero, or no symbol. */
function clearEdges(plan: Plan, bases: Bases, id: NodeId): Command[] {
  const buffer = plan.buffers.get(id);
  if (!buffer) return [];
  const { width, symbols } = plan.nodes[id].shape;
  const clear = (slot: number, slots: number): Command[] => {
    const base = addressOf(bases, buffer) + slot * buffer.timeStride;
    const operands = [{ base, timeStride: 0, rowStride: buffer.rowStride }];
    return slots === 0 ? [] : [{ opcode: symbols > 0 ? Opcode.noSymbols : Opcode.fill, rows: slots * plan.batch, width, operands }];
  };
  return [...clear(0, buffer.carried ? 0 : buffer.halo), ...clear(buffer.halo + plan.steps, buffer.tail)];
}
