// The read-out of a definition: its last layer, if that is linear, trained, and all that stands between its features and the output.

import type { Definition } from "../define/model.ts";
import { type NodeId, type NodeOf, usersOf } from "../graph/graph.ts";

export interface ReadOut {
  /** What is multiplied with the weight. */
  readonly features: NodeId;
  readonly weight: NodeOf<"parameter">;
  readonly bias: NodeOf<"parameter"> | null;
}

/** The read-out, or the reason why there is none. */
export function readOutOf({ nodes, heads: [{ output }] }: Definition): ReadOut | string {
  const users = usersOf(nodes);
  const last = nodes[output];
  const parameter = (id: NodeId): NodeOf<"parameter"> | null => {
    const node = nodes[id];
    return node.op === "parameter" ? node : null;
  };
  const [product, bias] =
    last.op === "add" && parameter(last.inputs[1]) ? [nodes[last.inputs[0]], parameter(last.inputs[1])] : [last, null];
  if (product.op === "gather" || (product.op === "matmul" && nodes[product.inputs[0]].shape.symbols > 0))
    return "its last layer reads symbols, not numbers";
  if (product.op !== "matmul") return `its last layer ends with ${last.op === "add" ? product.op : last.op}, not with a product and a bias`;
  const [features, id] = product.inputs;
  const weight = parameter(id);
  if (!weight) return "its last layer's weight is computed, not a parameter";
  for (const own of [weight, bias]) if (own && !own.attributes.trained) return `${own.attributes.path} is frozen`;
  if (users[id].length > 1) return `${weight.attributes.path} is used in two places`;
  return { features, weight, bias };
}
