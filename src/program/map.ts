// Element-wise neighbours as the program of one map: registers are given out as values come and go.

import { MAP_MAX_REGISTERS, MAP_REGISTER, MapOp } from "../../assembly/isa.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import type { OpName } from "../graph/operations.ts";
import { floatBits, type Operand, operandWords } from "./words.ts";

type Word = readonly [op: MapOp, immediate?: number];

const WORD: Partial<Record<OpName, MapOp>> = {
  add: MapOp.add,
  sub: MapOp.sub,
  mul: MapOp.mul,
  div: MapOp.div,
  tanh: MapOp.tanh,
  sigmoid: MapOp.sigmoid,
  relu: MapOp.relu,
  softplus: MapOp.softplus,
  exp: MapOp.exp,
  log: MapOp.log,
  sqrt: MapOp.sqrt,
  abs: MapOp.abs,
  sign: MapOp.sign,
  unitStep: MapOp.step,
  copy: MapOp.copy,
  tanhGradient: MapOp.tanhGradient,
  sigmoidGradient: MapOp.sigmoidGradient,
  reluGradient: MapOp.reluGradient,
  softplusGradient: MapOp.softplusGradient,
  clampGradient: MapOp.clampGradient,
  mix: MapOp.mix,
};

/** scale·x + shift in as few words as it takes. */
function affine(scale: number, shift: number): Word[] {
  if (scale === -1 && shift === 0) return [[MapOp.neg]];
  if (scale === -1) return [[MapOp.subtractFromImmediate, shift]];
  if (shift === 0) return [[MapOp.mulImmediate, scale]];
  if (scale === 1) return [[MapOp.addImmediate, shift]];
  return [
    [MapOp.mulImmediate, scale],
    [MapOp.addImmediate, shift],
  ];
}

/** An operation on one value that takes numbers along, as words one after the other; undefined if it is none. */
function wordsOf(node: Node): Word[] | undefined {
  if (node.op === "affine") return affine(node.attributes.scale, node.attributes.shift);
  if (node.op !== "clamp") return undefined;
  const { low, high } = node.attributes;
  return [
    [MapOp.maximumImmediate, low],
    [MapOp.minimumImmediate, high],
  ];
}

/**
 * The map program for `members` (in order). `memory` gives the place of a value that lies in memory, or null for a value that only
 * lives here. Map's mix(a, b, c) is c + a·(b − c), which is the graph's mix(f, a, b) with its arguments in the same order.
 */
export function mapProgram(nodes: readonly Node[], members: readonly NodeId[], memory: (id: NodeId) => Operand | null): Uint32Array {
  const operands: Operand[] = [];
  const places = new Map<NodeId, number>();
  const free = Array.from({ length: MAP_MAX_REGISTERS }, (_, register) => register).reverse();
  const lastUse = new Map<NodeId, number>();
  members.forEach((id, index) => {
    for (const input of nodes[id].inputs) lastUse.set(input, index);
  });
  const placeOf = (id: NodeId): number => {
    const known = places.get(id);
    if (known !== undefined) return known;
    const operand = memory(id);
    const place = operand ? operands.push(operand) - 1 : MAP_REGISTER + (free.pop() as number);
    if (Number.isNaN(place)) throw new Error("internal: a map needs more registers than there are");
    places.set(id, place);
    return place;
  };

  const instructions: number[] = [];
  members.forEach((id, index) => {
    const node = nodes[id];
    const [a, b = 0, c = 0] = node.inputs.map(placeOf);
    // Only what is read for the last time may give its register to the result.
    for (const input of new Set(node.inputs)) {
      const place = places.get(input) as number;
      if (lastUse.get(input) === index && place >= MAP_REGISTER) free.push(place - MAP_REGISTER);
    }
    const y = placeOf(id);
    const words = wordsOf(node);
    if (words) {
      words.forEach(([op, immediate = 0], word) => {
        instructions.push(op, y, word === 0 ? a : y, floatBits(immediate), 0);
      });
      return;
    }
    const op = WORD[node.op];
    if (op === undefined) throw new Error(`internal: ${node.op} is no word of a map`);
    instructions.push(op, y, a, b, c);
  });
  return Uint32Array.from([
    instructions.length / 5,
    operands.length,
    MAP_MAX_REGISTERS,
    0,
    ...operands.flatMap(operandWords),
    ...instructions,
  ]);
}
