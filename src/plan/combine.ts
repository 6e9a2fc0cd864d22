// Lets a product start from what it would be added to, so that bias, hoisted product and recurrent product are one accumulation.

import { type Node, type NodeId, usersOf } from "../graph/graph.ts";
import { ELEMENTWISE, type OpName } from "../graph/operations.ts";
import type { Shape } from "../graph/shape.ts";
import { findLoops } from "./loops.ts";

/** Operations that can start from a third input instead of zero. */
const PRODUCTS: ReadonlySet<OpName> = new Set<OpName>(["matmul", "sparse", "gather", "outer", "scatter", "columnSum"]);

const placeOfStart = (op: OpName): number => (op === "columnSum" ? 1 : 2);

/**
 * Rewrites every tree of additions that has products among its terms. The order of the chain decides what can leave the loop over time:
 * first what is ready before the loop (a bias, a hoisted product), then the products of the loop itself. Terms that are element-wise
 * stay additions, because those are fused with their neighbours later.
 *
 * A result that a gradient of a parameter sums up (outer, scatter, columnSum) is accumulated in place.
 */
export function combine(nodes: readonly Node[], roots: ReadonlySet<NodeId>): Node[] {
  const users = usersOf(nodes);
  const loops = findLoops(nodes);
  const result = nodes.slice();
  const append = (node: Node): NodeId => result.push(node) - 1;
  const single = (id: NodeId): boolean => users[id].length === 1 && !roots.has(id);
  const isInner = (id: NodeId): boolean => single(id) && nodes[users[id][0]].op === "add";

  nodes.forEach((root, rootId) => {
    if (root.op !== "add" || isInner(rootId)) return;
    const terms: NodeId[] = [];
    const open = [rootId];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const node = nodes[id];
      if (node.op === "add" && (id === rootId || isInner(id))) open.push(...[...node.inputs].reverse());
      else terms.push(id);
    }

    const chainable = (id: NodeId): boolean =>
      PRODUCTS.has(nodes[id].op) && single(id) && nodes[id].inputs.length === placeOfStart(nodes[id].op) && sameShape(nodes[id], root);
    const early = (id: NodeId): boolean => loops.of[id] < 0 || loops.of[id] !== loops.of[rootId];
    const products = [...terms.filter((id) => chainable(id) && early(id)), ...terms.filter((id) => chainable(id) && !early(id))];
    if (products.length === 0) return;

    const others = onceForAll(
      append,
      result,
      terms.filter((id) => !products.includes(id)),
    );
    const inPlace = root.shape.extent === "parameter";
    const isEarly = (id: NodeId): boolean => id >= nodes.length || early(id) || !early(products[0]);
    const starts = others.filter((id) => !inPlace && !ELEMENTWISE.has(result[id].op) && isEarly(id));
    const isSame = (id: NodeId): boolean => result[id].shape.extent === "parameter" || result[id].op === "repeat";
    const start = starts.find(isSame) ?? starts[0];
    // One of it: a term may stand in a sum more than once.
    const place = others.indexOf(start as NodeId);
    const rest = others.filter((_, index) => index !== place);
    let sum: NodeId | undefined = start;
    products.forEach((id, index) => {
      const node = nodes[id];
      const chained = { ...node, inputs: sum === undefined ? node.inputs : [...node.inputs, sum], label: root.label } as Node;
      const last = index === products.length - 1 && rest.length === 0;
      if (last) result[rootId] = chained;
      else sum = append(chained);
    });
    rest.forEach((id, index) => {
      const node: Node = { op: "add", inputs: [sum as NodeId, id], attributes: {}, shape: root.shape, label: root.label };
      if (index === rest.length - 1) result[rootId] = node;
      else sum = append(node);
    });
  });
  return result;
}

/** Vectors that are repeated, and rows, are added up before they are repeated. */
function onceForAll(append: (node: Node) => NodeId, nodes: readonly Node[], terms: readonly NodeId[]): readonly NodeId[] {
  const same = terms.filter((id) => nodes[id].op === "repeat" || nodes[id].shape.extent === "parameter");
  const repeat = same.find((id) => nodes[id].op === "repeat");
  if (repeat === undefined || same.length === 1) return terms;
  const { shape, label } = nodes[repeat];
  const vector: Shape = { ...shape, extent: "vector" };
  const vectors = same.map((id) => (nodes[id].op === "repeat" ? nodes[id].inputs[0] : id));
  const sum = vectors.reduce((left, right) => append({ op: "add", inputs: [left, right], attributes: {}, shape: vector, label }));
  return [append({ op: "repeat", inputs: [sum], attributes: {}, shape, label }), ...terms.filter((id) => !same.includes(id))];
}

const sameShape = (a: Node, b: Node): boolean =>
  a.shape.extent === b.shape.extent && a.shape.rows === b.shape.rows && a.shape.width === b.shape.width;
