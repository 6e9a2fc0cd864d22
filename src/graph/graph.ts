// A recurrent graph: a list of nodes whose only cycles pass through a delay.

import { type Operations, type OpName, ROWWISE, VIEWS } from "./operations.ts";
import { checkBeginning, SHAPE, type Shape } from "./shape.ts";

/** A node's place in its graph's list. */
export type NodeId = number;

export type NodeOf<K extends OpName> = {
  readonly op: K;
  readonly inputs: readonly NodeId[];
  readonly attributes: Operations[K];
  readonly shape: Shape;
  /** Where it comes from, for people: `layer 1/rnn/h`. */
  readonly label: string;
};

export type Node = { [K in OpName]: NodeOf<K> }[OpName];

/** The input of a delay whose source is not known yet. */
export const UNBOUND: NodeId = -1;

/** What a delay finds before the beginning. */
interface Before {
  readonly carried?: boolean;
  readonly beginning?: NodeId | undefined;
  readonly before?: number | undefined;
}

/** A growing list of nodes. Equal nodes are one node, so that common work is done once. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly #known = new Map<string, NodeId>();
  /** The label of the nodes that are added next. */
  label = "";
  /** Which way the layers that are being built take time: 1 from the first step to the last, −1 from the last to the first. */
  direction: 1 | -1 = 1;

  /**
   * Adds a node whose shape follows from its inputs. Throws the shape law's sentence. What is made of repeated vectors alone is made once and
   * repeated, so that nothing of it is done at every step.
   */
  add<K extends OpName>(op: K, inputs: readonly NodeId[], attributes: Operations[K]): NodeId {
    const repeated = ROWWISE.has(op) ? this.#repeated(inputs) : null;
    if (repeated) return this.add("repeat", [this.add(op, repeated, attributes)], {});
    return this.addShaped(
      op,
      inputs,
      attributes,
      SHAPE[op](
        inputs.map((id) => this.nodes[id].shape),
        attributes,
      ),
    );
  }

  /** Adds a node whose shape is given. */
  addShaped<K extends OpName>(op: K, inputs: readonly NodeId[], attributes: Operations[K], shape: Shape): NodeId {
    const key = `${op}(${inputs.join()})${JSON.stringify(attributes)}${shape.extent}${shape.rows}×${shape.width}#${shape.symbols}@${shape.timeline}`;
    const bindable = op === "delay" && inputs[0] === UNBOUND;
    const known = bindable ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const id = this.nodes.push({ op, inputs, attributes, shape, label: this.label } as unknown as Node) - 1;
    if (!bindable) this.#known.set(key, id);
    return id;
  }

  /** The inputs as they are before they are repeated, if all that is no parameter is; null if not. */
  #repeated(inputs: readonly NodeId[]): NodeId[] | null {
    const values = inputs.filter((id) => this.nodes[id].shape.extent !== "parameter");
    if (values.length === 0 || values.some((id) => this.nodes[id].op !== "repeat")) return null;
    return inputs.map((id) => (values.includes(id) ? this.nodes[id].inputs[0] : id));
  }

  /** A delay whose source is bound later. `beginning` is a vector, `before` a symbol, that stands before the beginning. */
  openDelay(steps: number, shape: Shape, { carried = false, beginning, before }: Before = {}): NodeId {
    if (beginning !== undefined) checkBeginning(shape, this.nodes[beginning].shape);
    const inputs = beginning === undefined ? [UNBOUND] : [UNBOUND, beginning];
    return this.addShaped("delay", inputs, { steps, carried, ...(before === undefined ? {} : { before }) }, shape);
  }

  /** Neighbouring columns of these widths, which are all that there are; of one width, the value itself. */
  columns(x: NodeId, widths: readonly number[]): NodeId[] {
    if (widths.length === 1) return [x];
    let from = 0;
    return widths.map((width) => {
      from += width;
      return this.addShaped("slice", [x], { from: from - width, width }, { ...this.nodes[x].shape, width });
    });
  }

  /** Values side by side; one as it is. */
  beside(ids: readonly NodeId[]): NodeId {
    return ids.length === 1 ? ids[0] : this.add("concat", ids, {});
  }

  /** Labels a node after the fact: a state is named when the step function has returned it. */
  rename(id: NodeId, label: string): void {
    this.nodes[id] = { ...this.nodes[id], label };
  }

  /** Gives an open delay its source. */
  bind(delay: NodeId, source: NodeId): void {
    const node = this.nodes[delay];
    if (node.op !== "delay" || node.inputs[0] !== UNBOUND) throw new Error(`internal: node ${delay} is not an open delay`);
    this.nodes[delay] = { ...node, inputs: [source, ...node.inputs.slice(1)] };
  }
}

/** The nodes that each node is an input of. */
export function usersOf(nodes: readonly Node[]): NodeId[][] {
  const users: NodeId[][] = nodes.map(() => []);
  nodes.forEach((node, id) => {
    for (const input of node.inputs) if (input !== UNBOUND) users[input].push(id);
  });
  return users;
}

/**
 * Every node after its inputs of the same time step; what delays look at is taken to be known, but not what stands before its beginning.
 * Stable: the lowest number that is ready comes next.
 */
export function topologicalOrder(nodes: readonly Node[]): NodeId[] {
  const order: NodeId[] = [];
  const done = new Uint8Array(nodes.length);
  /** How many of a node's inputs have been gone through; −1 if it was not visited. */
  const passed = new Int32Array(nodes.length).fill(-1);
  // Graphs may be as deep as they are long: the way to a node is kept here and not on the stack of calls.
  const way: NodeId[] = [];
  const enter = (id: NodeId): void => {
    if (done[id]) return;
    if (passed[id] >= 0) throw new Error(`internal: node ${id} (${nodes[id].label}) is on a cycle without a delay`);
    passed[id] = nodes[id].op === "delay" ? 1 : 0;
    way.push(id);
  };
  for (let root = 0; root < nodes.length; root++) {
    enter(root);
    while (way.length > 0) {
      const id = way[way.length - 1];
      const { inputs } = nodes[id];
      if (passed[id] < inputs.length) enter(inputs[passed[id]++]);
      else {
        done[id] = 1;
        order.push(id);
        way.pop();
      }
    }
  }
  return order;
}

/** Which nodes are such, or are made from such by nodes that pass it on. */
export function downstream(
  nodes: readonly Node[],
  isSuch: (node: Node, id: NodeId) => boolean,
  passes: (node: Node) => boolean = () => true,
): Uint8Array {
  const users = usersOf(nodes);
  const found = new Uint8Array(nodes.length);
  const waiting = [...nodes.keys()].filter((id) => isSuch(nodes[id], id));
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found[id]) continue;
    found[id] = 1;
    for (const user of users[id]) if (passes(nodes[user])) waiting.push(user);
  }
  return found;
}

/** Whether a value is nothing but itself of earlier steps, through delays and slices alone: it is zero for ever. */
export function isIdle(nodes: readonly Node[], id: NodeId): boolean {
  const seen = new Set<NodeId>();
  while (VIEWS.has(nodes[id].op) && !seen.has(id)) {
    seen.add(id);
    id = nodes[id].inputs[0];
  }
  return seen.has(id);
}

/** The part of a graph that the roots depend on, renumbered in topological order. `place[old]` is the new number or −1. */
export function reachable(nodes: readonly Node[], roots: readonly NodeId[]): { nodes: Node[]; place: Int32Array } {
  const wanted = new Uint8Array(nodes.length);
  const stack = [...roots];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (wanted[id]) continue;
    wanted[id] = 1;
    stack.push(...nodes[id].inputs);
  }
  const place = new Int32Array(nodes.length).fill(-1);
  const kept = topologicalOrder(nodes).filter((id) => wanted[id]);
  kept.forEach((id, index) => {
    place[id] = index;
  });
  return { nodes: kept.map((id) => ({ ...nodes[id], inputs: nodes[id].inputs.map((input) => place[input]) }) as Node), place };
}
