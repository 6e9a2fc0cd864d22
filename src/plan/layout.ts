// Gives every value its place in memory before anything runs; values that do not live at the same time share theirs.

import { MAP_SCRATCH_BYTES } from "../../assembly/isa.ts";
import type { Node, NodeId } from "../graph/graph.ts";
import { VIEWS } from "../graph/operations.ts";
import { alignBuffer, rowBytes, TILE } from "./bytes.ts";
import { panelBytes, panelKey } from "./parameters.ts";
import { partsOf } from "./parts.ts";
import { registersOf, type Stage, stepNodes } from "./schedule.ts";
import { scratchOf } from "./scratch.ts";
import { type Life, share } from "./share.ts";

/** Which block of memory a buffer lies in. */
export type Role = "parameters" | "gradients" | "panels" | "inputs" | "frame";

/**
 * A buffer. A sequence is time-major, with `halo` slots before the first step, for what is carried in or for zeros, and `tail` slots of zeros
 * after the last:
 *
 *     slot     0 … halo−1 | halo … halo+T−1 | … +tail
 *     time        < 0     |    0 … T−1      |  ≥ T
 */
export interface Buffer {
  readonly role: Role;
  /** Parameters, gradients and panels are found by path; the others by offset within their block. */
  readonly path: string;
  offset: number;
  readonly bytes: number;
  readonly rowStride: number;
  /** Bytes from time step to time step; 0 if one slot serves every step, in a loop or because the same vector stands at all of them. */
  readonly timeStride: number;
  readonly halo: number;
  readonly tail: number;
  /** Whether the halo holds what the window before has left; if not, zeros. */
  readonly carried: boolean;
}

/** A node's value as a place in a buffer: `earlier` steps back, from column `column`. */
export interface Place {
  readonly buffer: NodeId;
  readonly earlier: number;
  readonly column: number;
}

export interface Layout {
  readonly buffers: ReadonlyMap<NodeId, Buffer>;
  readonly frameBytes: number;
  readonly inputBytes: number;
  /** Room for the kernels' own work, shared by all commands. */
  readonly scratchBytes: number;
}

/** Follows views to the buffer that they look at. */
export function placeOf(nodes: readonly Node[], id: NodeId): Place {
  let [buffer, earlier, column] = [id, 0, 0];
  for (let node = nodes[buffer]; VIEWS.has(node.op); node = nodes[buffer]) {
    if (node.op === "delay") earlier += node.attributes.steps;
    else if (node.op === "slice") column += node.attributes.from;
    buffer = node.inputs[0];
  }
  return { buffer, earlier, column };
}

export interface LayoutRequest {
  readonly nodes: readonly Node[];
  readonly users: readonly NodeId[][];
  readonly roots: ReadonlySet<NodeId>;
  readonly stages: readonly Stage[];
  readonly gradients: ReadonlyMap<NodeId, string>;
  /** What is made before the first step, and stays. */
  readonly before: ReadonlySet<NodeId>;
  readonly batch: number;
  /** Steps of each timeline. */
  readonly timelines: readonly number[];
}

export function layout(request: LayoutRequest): Layout {
  const { nodes, users, roots, stages, before } = request;
  const extent = reach(nodes);
  const moments = momentsOf(request);
  const inside = partsOf(nodes, roots, extent);
  for (const [id, { whole }] of inside) {
    moments.from[whole] = Math.min(moments.from[whole], moments.from[id]);
    moments.to[whole] = Math.max(moments.to[whole], moments.to[id]);
  }
  const buffers = new Map<NodeId, Buffer>();
  const frame = new Map<Buffer, Life>();
  let inputBytes = 0;
  // Registers of maps.
  let scratchBytes = MAP_SCRATCH_BYTES;

  nodes.forEach((node, id) => {
    if (node.op !== "input" && node.op !== "target" && node.op !== "parameter") return;
    const buffer = bufferOf(request, id, extent, false);
    if (buffer.role === "inputs") {
      buffer.offset = inputBytes;
      inputBytes += alignBuffer(buffer.bytes);
    }
    buffers.set(id, buffer);
  });
  const stageOf = new Int32Array(nodes.length).fill(-1);
  stages.forEach(({ steps }, index) => {
    for (const id of steps.flatMap(stepNodes)) stageOf[id] = index;
  });
  const make = (id: NodeId): Buffer => {
    const members = [id, ...nodes[id].inputs.filter((input) => inside.get(input)?.whole === id)];
    const stays = (member: NodeId): boolean =>
      !roots.has(member) && stageOf[member] === stageOf[id] && staysInStep(nodes, users, stageOf, member);
    const local = stages[stageOf[id]].direction !== 0 && members.every(stays);
    const buffer = bufferOf(request, id, extent, local);
    buffers.set(id, buffer);
    if (buffer.role !== "frame") return buffer;
    const stands = buffer.carried || before.has(id);
    const to = stands || roots.has(id) ? Number.MAX_SAFE_INTEGER : moments.to[id];
    frame.set(buffer, { buffer, from: stands ? 0 : moments.from[id], to });
    return buffer;
  };
  for (const stage of stages) {
    for (const step of stage.steps) {
      const registers = registersOf(nodes, step, users, roots);
      for (const id of stepNodes(step)) {
        if (registers.has(id)) continue;
        const node = nodes[id];
        const onto = accumulatesOnto(node);
        scratchBytes = Math.max(scratchBytes, scratchOf(nodes, node, request.timelines));
        if (onto >= 0) {
          const target = buffers.get(onto) as Buffer;
          // The whole chain lands where its last link belongs.
          buffers.set(id, target);
          const live = frame.get(target);
          if (live) live.to = Math.max(live.to, moments.to[id]);
          continue;
        }
        const part = inside.get(id);
        if (part) buffers.set(id, { ...(buffers.get(part.whole) ?? make(part.whole)), tail: 0 });
        else if (!buffers.has(id)) make(id);
      }
    }
  }
  const frameBytes = share([...frame.values()]);
  for (const [id, { whole, column }] of inside) {
    const [part, home] = [buffers.get(id), buffers.get(whole)];
    if (part && home) part.offset = home.offset + column * 4;
  }
  return { buffers, frameBytes, inputBytes, scratchBytes };
}

/** The node whose buffer a parameter-sized product adds to, or −1. */
export function accumulatesOnto(node: Node): NodeId {
  if ((node.op === "outer" || node.op === "scatter") && node.inputs.length === 3) return node.inputs[2];
  return node.op === "columnSum" && node.inputs.length === 2 ? node.inputs[1] : -1;
}

interface Reach {
  readonly halo: Int32Array;
  readonly tail: Int32Array;
  readonly carried: Uint8Array;
}

/** How far back and ahead each buffer is read. */
function reach(nodes: readonly Node[]): Reach {
  const halo = new Int32Array(nodes.length);
  const tail = new Int32Array(nodes.length);
  const carried = new Uint8Array(nodes.length);
  nodes.forEach((node, id) => {
    if (node.op !== "delay") return;
    const { buffer, earlier } = placeOf(nodes, id);
    if (halo[buffer] > 0 && earlier > 0 && carried[buffer] !== Number(node.attributes.carried))
      throw new Error(`internal: before the beginning of ${nodes[buffer].label} is what was carried, and also nothing`);
    if (node.attributes.carried) carried[buffer] = 1;
    halo[buffer] = Math.max(halo[buffer], earlier);
    tail[buffer] = Math.max(tail[buffer], -earlier);
  });
  return { halo, tail, carried };
}

function bufferOf(request: LayoutRequest, id: NodeId, { halo, tail, carried }: Reach, local: boolean): Buffer {
  const { nodes, gradients, batch, timelines } = request;
  const node = nodes[id];
  const { extent, rows, width, symbols, timeline } = node.shape;
  const rowStride = symbols > 0 ? 4 : rowBytes(width);
  const own = { path: "", offset: 0, rowStride, timeStride: 0, halo: 0, tail: 0, carried: false };
  if (node.op === "parameter") return { ...own, role: "parameters", path: node.attributes.path, bytes: rows * rowStride };
  if (node.op === "pack") {
    const { transposed } = node.attributes;
    const inner = extent === "sequence" ? timelines[timeline] : rows;
    const bytes = transposed ? panelBytes(width, inner) : panelBytes(inner, width);
    // Of a sequence, each row of the batch by itself.
    if (extent === "sequence") return { ...own, role: "frame", bytes: batch * bytes, rowStride: bytes };
    const weight = nodes[node.inputs[0]];
    return weight.op === "parameter"
      ? { ...own, role: "panels", path: panelKey(weight.attributes.path, transposed), bytes }
      : { ...own, role: "frame", bytes };
  }
  const gradient = gradients.get(lastOfChain(request, id));
  if (gradient !== undefined) return { ...own, role: "gradients", path: gradient, bytes: rows * rowStride };
  const role = node.op === "input" || node.op === "target" ? "inputs" : "frame";
  if (extent === "sequence") {
    const timeStride = batch * rowStride;
    if (local || node.op === "repeat") return { ...own, role, bytes: timeStride };
    const bytes = (halo[id] + timelines[timeline] + tail[id]) * timeStride;
    return { ...own, role, bytes, timeStride, halo: halo[id], tail: tail[id], carried: carried[id] !== 0 };
  }
  const height = extent === "vector" ? batch : extent === "scalar" ? TILE : rows;
  return { ...own, role, bytes: height * rowStride };
}

/** Follows a chain of accumulating products to its end. */
function lastOfChain({ nodes, users }: LayoutRequest, id: NodeId): NodeId {
  for (;;) {
    const next = users[id].find((user) => accumulatesOnto(nodes[user]) === id);
    if (next === undefined) return id;
    id = next;
  }
}

/** Whether a value of a loop is read only in the step in which it is made. */
function staysInStep(nodes: readonly Node[], users: readonly NodeId[][], stageOf: Int32Array, id: NodeId): boolean {
  const check = (value: NodeId): boolean =>
    users[value].every((user) => (nodes[user].op === "slice" ? check(user) : nodes[user].op !== "delay" && stageOf[user] === stageOf[id]));
  return check(id);
}

/** The first and the last moment at which each value is needed; a loop is one moment. */
function momentsOf({ nodes, stages }: LayoutRequest): { from: Int32Array; to: Int32Array } {
  const from = new Int32Array(nodes.length);
  const to = new Int32Array(nodes.length);
  let moment = 0;
  for (const stage of stages) {
    for (const step of stage.steps) {
      if (stage.direction === 0) moment++;
      for (const id of stepNodes(step)) {
        from[id] = moment;
        to[id] = Math.max(to[id], moment);
        const read = (input: NodeId): void => {
          const { buffer } = placeOf(nodes, input);
          to[buffer] = Math.max(to[buffer], moment);
          // What stands before the beginning is put there when it is first read.
          for (let at = input; VIEWS.has(nodes[at].op); [at] = nodes[at].inputs)
            for (const vector of nodes[at].inputs.slice(1)) read(vector);
        };
        nodes[id].inputs.forEach(read);
      }
    }
    moment++;
  }
  return { from, to };
}
