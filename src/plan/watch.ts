// What an inspection looks at: the gradients of states, the values of units that saturate, the derivatives of one time step.

import { type Graph, type Node, type NodeId, reachable } from "../graph/graph.ts";
import { VIEWS } from "../graph/operations.ts";
import { sequence } from "../graph/shape.ts";
import { differentiate } from "./differentiate.ts";
import { endsOf, type State, statesOf } from "./states.ts";

/** A node that is computed for being read. */
export type Watched =
  /** ∂loss/∂state, [T, B, width]. */
  | { readonly what: "gradient"; readonly label: string; readonly node: NodeId }
  /** The values of units that saturate, [T, B, width] or [B, width]; `of` says what they are computed from. */
  | { readonly what: "activation"; readonly label: string; readonly node: NodeId; readonly of: Origin }
  /** A state of the loop that is looked at, [T, B, width], and how many steps of it the loop needs to know. */
  | { readonly what: "state"; readonly label: string; readonly node: NodeId; readonly width: number; readonly slots: number }
  /**
   * Derivatives of the loop's new states, all side by side: row b of step t holds ∂s(t)[b]/∂p(t−lag), where p is the state of number `by`, from
   * `column` on, in `width` columns.
   */
  | {
      readonly what: "derivative";
      readonly node: NodeId;
      readonly by: number;
      /** Steps back; negative in a loop that runs backwards. */
      readonly lag: number;
      readonly column: number;
      readonly width: number;
    };

/** Where units come from: a weight or a state by its label, and which of how many blocks of columns, if it serves several gates. */
export interface Origin {
  readonly label: string;
  readonly block: number;
  readonly blocks: number;
}

interface Watch {
  readonly watched: readonly Watched[];
  readonly gradients: ReadonlyMap<NodeId, NodeId>;
}

/** A view has no memory of its own to be read from, nor has a value that is given. */
function kept(graph: Graph, id: NodeId): NodeId {
  const { op } = graph.nodes[id];
  return VIEWS.has(op) || op === "target" ? graph.add("copy", [id], {}) : id;
}

/** A symbol that was said and is heard has no gradient. */
export const differentiableStates = (nodes: readonly Node[]): State[] =>
  statesOf(nodes).filter(({ node }) => nodes[node].shape.symbols === 0);

/** The gradient of the loss for every state, and every unit that saturates. */
export function watchFlow(graph: Graph, losses: readonly NodeId[]): Watch {
  const forward = graph.nodes.slice();
  const { place } = reachable(forward, losses);
  const states = differentiableStates(forward).filter(({ node }) => place[node] >= 0);
  const isState = (id: NodeId): boolean => states.some(({ node }) => node === id);
  const units = forward.flatMap((node, id): Watched[] =>
    place[id] >= 0 && endsOf(node) ? [{ what: "activation", label: node.label, node: id, of: originOf(forward, id, isState) }] : [],
  );
  const gradients = differentiate(graph, {
    seeds: new Map(losses.map((loss) => [loss, loss])),
    wanted: new Set(states.map(({ node }) => node)),
  });
  const flows = states.flatMap(({ node, label }): Watched[] => {
    const gradient = gradients.get(node);
    graph.label = `d ${label}`;
    return gradient === undefined ? [] : [{ what: "gradient", label, node: kept(graph, gradient) }];
  });
  return { watched: [...flows, ...units], gradients };
}

/** The states of the loop that contains the state of this label. */
function loopOf(states: readonly State[], label: string): State[] {
  const { loop } = states.find((state) => state.label === label) ?? { loop: Number.NaN };
  return states.filter((state) => state.loop === loop);
}

/**
 * The derivatives of one step of a loop. Each row of the batch asks for one number of the new states: the adjoint of one step is run on
 * what is given as the identity, on the loop's own timeline, and ends at the delays.
 */
export function watchStep(graph: Graph, label: string): Watch {
  const states = loopOf(differentiableStates(graph.nodes), label);
  const total = states.reduce((sum, { width }) => sum + width, 0);
  graph.label = "identity";
  const { timeline } = graph.nodes[states[0].node].shape;
  const identity = graph.addShaped("target", [], { name: "identity" }, sequence(total, timeline));
  const own = graph.columns(
    identity,
    states.map(({ width }) => width),
  );
  const seeds = new Map(states.map(({ node }, index) => [node, own[index]]));
  const reads = states.flatMap((state, by) => state.reads.map((read) => ({ ...read, by })));
  const gradients = differentiate(graph, { seeds, wanted: new Set(reads.map(({ node }) => node)), throughTime: false });
  const values = states.map(({ node, label: own, width, reads: all }): Watched => {
    return { what: "state", label: own, node, width, slots: Math.max(...all.map(({ lag }) => Math.abs(lag))) };
  });
  const derivatives = reads.flatMap(({ node, by, lag, column, width }): Watched[] => {
    const derivative = gradients.get(node);
    graph.label = `∂ ${states[by].label}`;
    return derivative === undefined ? [] : [{ what: "derivative", node: kept(graph, derivative), by, lag, column, width }];
  });
  return { watched: [...values, ...derivatives], gradients };
}

/** Follows the first input of each node to a weight or a state; units that are a state come from themselves. */
function originOf(nodes: readonly Node[], id: NodeId, isState: (id: NodeId) => boolean): Origin {
  let [block, blocks] = [0, 1];
  for (let at = id; ; at = nodes[at].inputs[0]) {
    const node = nodes[at];
    if (node.op === "slice") {
      blocks = nodes[node.inputs[0]].shape.width / node.attributes.width;
      block = node.attributes.from / node.attributes.width;
    }
    const weight = node.op === "matmul" || node.op === "gather" ? nodes[node.inputs[1]] : node;
    if (weight.op === "parameter" || isState(at) || weight.inputs.length === 0) return { label: weight.label, block, blocks };
  }
}
