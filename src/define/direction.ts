// Which way time runs in a definition: whether some layer looks ahead, and that no loop runs both ways at once.

import type { Node, NodeId } from "../graph/graph.ts";

/** What a definition says of this. */
interface Directed {
  readonly nodes: readonly Node[];
  readonly layers: readonly { readonly path: string }[];
}

/** The path of the first layer whose outputs depend on later inputs of the same timeline; null for a causal model. */
export function looksAhead({ nodes, layers }: Directed): string | null {
  const ahead = nodes.find((node) => isAhead(node) && nodes[node.inputs[0]].shape.timeline === 0);
  if (!ahead) return null;
  return layers.find(({ path }) => ahead.label === path || ahead.label.startsWith(`${path}/`))?.path ?? ahead.label;
}

/** The first step of the whole is as little known beforehand as a later step: both need the sequence to its end. */
const isAhead = (node: Node): boolean =>
  (node.op === "delay" && node.attributes.steps < 0) || (node.op === "last" && node.attributes.reversed);

/** @throws TypeError naming the layer that needs a sequence to its end before anything can be put out. */
export function checkCausal(place: string, definition: Directed): void {
  const layer = looksAhead(definition);
  if (layer !== null)
    throw new TypeError(
      `${place}: ${layer} takes the sequence from its end, so nothing can be put out step by step. Give the whole sequence to predict(), or use a model without reverse() and bidirectional().`,
    );
}

/**
 * Time runs one way in each loop. What listens to the output closes a loop through all that lies between: none of it may look ahead.
 *
 * @throws TypeError naming what looks back and what looks ahead.
 */
export function checkDirections(nodes: readonly Node[], output: NodeId): void {
  const inputsOf = (id: NodeId): readonly NodeId[] => (nodes[id].op === "feedback" ? [output] : nodes[id].inputs);
  const back = (node: Node): boolean => node.op === "feedback" || (node.op === "delay" && node.attributes.steps > 0);
  nodes.forEach((node, id) => {
    if (node.op !== "delay" || node.attributes.steps > 0) return;
    for (const other of reachedFrom(id, inputsOf))
      if (back(nodes[other]) && reachedFrom(other, inputsOf).has(id)) {
        const hears = nodes[other].op === "feedback" ? "what listens to the output" : nodes[other].label;
        throw new TypeError(
          `${node.label}: it looks at later steps, and ${hears}, which depends on it, at earlier ones, so that neither could begin. Let time run one way there: use no recurrence from the output before reverse() or bidirectional(), and neither of these within a cell.`,
        );
      }
  });
}

/** All that a node depends on, at whatever step. */
function reachedFrom(id: NodeId, inputsOf: (id: NodeId) => readonly NodeId[]): ReadonlySet<NodeId> {
  const seen = new Set<NodeId>();
  const waiting = [...inputsOf(id)];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...inputsOf(next));
  }
  return seen;
}
