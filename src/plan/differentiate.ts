// Back-propagation through time as a graph: appends the adjoint of every node that the loss depends on and a trained parameter reaches.

import { downstream, type Graph, type Node, type NodeId, topologicalOrder } from "../graph/graph.ts";
import type { Operations, OpName } from "../graph/operations.ts";
import { GRADIENT } from "./gradient.ts";

/** What is differentiated, and where to. */
export interface Question {
  /** Nodes into which a gradient is given from outside; a loss is its own. */
  readonly seeds: ReadonlyMap<NodeId, NodeId>;
  /** Nodes whose gradient is asked for besides that of the trained parameters. */
  readonly wanted?: ReadonlySet<NodeId>;
  /** Whether it goes on through delays into other time steps. If not, the values of other steps are constants. Default: true. */
  readonly throughTime?: boolean;
}

/**
 * Appends the gradient of what is seeded to `graph` and returns the gradient's node for every trained parameter, and every wanted node, that
 * has one. The gradient of a wanted node is the whole one: of everything that depends on it, at its own step and at later ones.
 *
 * The adjoint of `delay(x, k)` looks k steps ahead: dX(t) += dY(t + k). It is known only after everything that reads the delayed value,
 * so it enters the sum for x as an open delay and is bound when the walk arrives there: the mirror image of how a cell's state is traced.
 */
export function differentiate(graph: Graph, question: Question): Map<NodeId, NodeId> {
  const { seeds, wanted = new Set<NodeId>(), throughTime = true } = question;
  const forward = graph.nodes.slice();
  const flows = whereGradientFlows(forward, { seeds, wanted, throughTime });
  const contributions = new Map<NodeId, NodeId[]>([...seeds].map(([id, seed]) => [id, [seed]]));
  const ahead = new Map<NodeId, NodeId>();
  const give = (to: NodeId, gradient: NodeId): void => {
    if (!flows[to]) return;
    const list = contributions.get(to);
    if (list) list.push(gradient);
    else contributions.set(to, [gradient]);
  };

  forward.forEach((node, id) => {
    if (node.op !== "delay" || !flows[id] || !throughTime) return;
    graph.label = `d ${forward[node.inputs[0]].label}`;
    const open = graph.openDelay(-node.attributes.steps, node.shape);
    ahead.set(id, open);
    give(node.inputs[0], open);
  });

  const gradients = new Map<NodeId, NodeId>();
  for (const id of topologicalOrder(forward).reverse()) {
    const node = forward[id];
    if (!flows[id]) continue;
    graph.label = `d ${node.label}`;
    const received = contributions.get(id);
    if (!received) throw new Error(`internal: no gradient arrived at node ${id} (${node.label})`);
    const terms = gathered(graph, received);
    const dY = sum(graph, terms);
    if (node.op === "parameter" || wanted.has(id)) gradients.set(id, dY);
    if (node.op === "delay" && !throughTime) continue;
    if (node.op === "delay") {
      const [, beginning] = node.inputs;
      if (beginning !== undefined && flows[beginning]) give(beginning, ofBeginning(graph, node.attributes, terms));
      bindAhead(graph, ahead.get(id) as NodeId, terms);
    } else {
      const rule = GRADIENT[node.op] as (typeof GRADIENT)["add"];
      const shares = rule(graph, node as never, id, dY);
      node.inputs.forEach((input, index) => {
        const share = shares[index];
        if (share !== null && share !== undefined) give(input, reduceTo(graph, forward[input], share));
      });
    }
  }
  return gradients;
}

/** Operations that change in steps: their gradient is zero wherever it exists. */
const STEPS: ReadonlySet<OpName> = new Set<OpName>(["argmax", "draw", "sign", "unitStep"]);

/** Nodes on a differentiable path from some trained parameter, or wanted node, to what is seeded. */
function whereGradientFlows(nodes: readonly Node[], { seeds, wanted, throughTime }: Required<Question>): Uint8Array {
  const begins = (node: Node, id: NodeId): boolean => wanted.has(id) || (node.op === "parameter" && node.attributes.trained);
  const passes = ({ op }: Node): boolean => !STEPS.has(op) && (op !== "delay" || throughTime);
  const reached = downstream(nodes, begins, passes);
  const flows = new Uint8Array(nodes.length);
  const stack = [...seeds.keys()];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (flows[id] || !reached[id]) continue;
    flows[id] = 1;
    if (passes(nodes[id])) stack.push(...nodes[id].inputs);
  }
  return flows;
}

/** A parameter's one row that served every row receives the sum of what they give. */
function reduceTo(graph: Graph, input: Node, gradient: NodeId): NodeId {
  const { extent } = graph.nodes[gradient].shape;
  return input.shape.extent === "parameter" && input.shape.rows === 1 && extent !== "parameter"
    ? graph.add("columnSum", [gradient], {})
    : gradient;
}

const sum = (graph: Graph, terms: readonly NodeId[]): NodeId => terms.reduce((left, right) => graph.add("add", [left, right], {}));

/** What a node receives; slices of it that tile its columns are put side by side instead of being added as padded rows. */
function gathered(graph: Graph, terms: readonly NodeId[]): readonly NodeId[] {
  const pads = terms.filter((id) => graph.nodes[id].op === "pad" && graph.nodes[id].shape.extent !== "parameter");
  let rest = terms;
  if (pads.length > 1) {
    const start = (id: NodeId): number => (graph.nodes[id].attributes as { from: number }).from;
    const source = (id: NodeId): NodeId => graph.nodes[id].inputs[0];
    const sorted = [...pads].sort((a, b) => start(a) - start(b));
    let end = 0;
    const tiles = sorted.every((id) => {
      const begins = start(id) === end;
      end += graph.nodes[source(id)].shape.width;
      return begins;
    });
    if (tiles && end === graph.nodes[pads[0]].shape.width)
      rest = [...terms.filter((id) => !pads.includes(id)), graph.add("concat", sorted.map(source), {})];
  }
  return rest;
}

/**
 * Binds a delay that looks ahead at a sum. A product of the later step is computed from the later step's factor instead,
 * `delay(a·W) = delay(a)·W`, so that the product can add straight onto the sum that it belongs to; the other terms are delayed each by itself.
 */
function bindAhead(graph: Graph, open: NodeId, terms: readonly NodeId[]): void {
  if (!terms.some((id) => isProduct(graph, id))) {
    graph.bind(open, sum(graph, terms));
    return;
  }
  const { attributes, label } = graph.nodes[open];
  const later = (id: NodeId): NodeId => graph.addShaped("delay", [id], attributes as Operations["delay"], graph.nodes[id].shape);
  const moved = terms.map((id) => ofFactor(graph, id, later));
  // The open delay has its readers already: it becomes the last of these additions, which nothing else reads.
  graph.nodes[open] = { ...graph.nodes[sum(graph, moved)], label };
}

/**
 * The gradient of what stands before the beginning of a delayed sequence: the sum of the first steps that hear it (of the last ones, where
 * time is reversed).
 */
function ofBeginning(graph: Graph, { steps, carried }: Operations["delay"], terms: readonly NodeId[]): NodeId {
  const attributes = { most: Math.abs(steps), reversed: steps < 0, begun: carried };
  return sum(
    graph,
    terms.map((id) => ofFactor(graph, id, (x) => graph.add("sumOverTime", [x], attributes))),
  );
}

const isProduct = (graph: Graph, id: NodeId): boolean => graph.nodes[id].op === "matmul" || graph.nodes[id].op === "sparse";

/** Something that is done to each row alone, done to a product: to its factor, so that only what is asked for is multiplied. */
function ofFactor(graph: Graph, id: NodeId, act: (x: NodeId) => NodeId): NodeId {
  if (!isProduct(graph, id)) return act(id);
  const { op, inputs, attributes } = graph.nodes[id];
  return graph.add(op, [act(inputs[0]), inputs[1]], attributes as never);
}
