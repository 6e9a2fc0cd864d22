// Checks that what was given or read is a definition that this version can run: every operation known, every input in its place, every
// shape as its law says.

import { describe } from "../define/check.ts";
import { shapeOfHeard } from "../define/decoder.ts";
import { MOST_HEADS, type Term } from "../define/heads.ts";
import { type Input, shapeOfInput } from "../define/layers.ts";
import { type Decoding, type Definition, totalsOf } from "../define/model.ts";
import type { Stop } from "../define/stops.ts";
import { isIdle, type Node, type NodeId, topologicalOrder } from "../graph/graph.ts";
import { checkFit, entriesOf, isInitializer, isSeed } from "../graph/initializer.ts";
import { isIgnored, TARGET } from "../graph/losses.ts";
import type { OpName } from "../graph/operations.ts";
import { ALONG_SOURCE, checkBeginning, matrix, SHAPE, type Shape, sequence } from "../graph/shape.ts";
import { LONGEST_DELAY } from "../graph/words.ts";

type Attributes = Readonly<Record<string, unknown>>;

/** What a definition may hold: the fewest and most inputs of each operation, and whether its attributes are lawful. */
const LAWS: { readonly [K in OpName]?: readonly [fewest: number, most: number, lawful?: (attributes: Attributes) => boolean] } = {
  input: [0, 0, ({ name }) => typeof name === "string"],
  target: [0, 0, ({ name }) => typeof name === "string"],
  feedback: [0, 0],
  parameter: [
    0,
    0,
    ({ path, initial, trained }) =>
      typeof path === "string" &&
      path !== "" &&
      isInitializer(initial) &&
      typeof trained === "boolean" &&
      !(trained && entriesOf(initial) > 0),
  ],
  matmul: [2, 2, ({ transposed }) => transposed === false],
  sparse: [2, 2, ({ transposed }) => transposed === false],
  gather: [2, 2],
  add: [2, 2],
  sub: [2, 2],
  mul: [2, 2],
  div: [2, 2],
  mix: [3, 3],
  affine: [1, 1, ({ scale, shift }) => Number.isFinite(scale) && Number.isFinite(shift)],
  tanh: [1, 1],
  sigmoid: [1, 1],
  relu: [1, 1],
  softplus: [1, 1],
  exp: [1, 1],
  log: [1, 1],
  sqrt: [1, 1],
  abs: [1, 1],
  unitStep: [1, 1],
  clamp: [1, 1, ({ low, high }) => Number.isFinite(low) && Number.isFinite(high) && (low as number) <= (high as number)],
  concat: [1, Infinity],
  slice: [1, 1],
  // What looks back is carried from window to window, what looks ahead is not.
  delay: [
    1,
    2,
    ({ steps, carried }) =>
      Number.isInteger(steps) && steps !== 0 && Math.abs(steps as number) <= LONGEST_DELAY && carried === (steps as number) > 0,
  ],
  last: [1, 1, ({ reversed }) => typeof reversed === "boolean"],
  repeat: [1, 1],
  everyRow: [1, 1],
  dotScore: [2, 2],
  additiveScore: [3, 3],
  align: [1, 1],
  attend: [2, 2],
  softmax: [1, 1],
  normalize: [1, 1, ({ epsilon }) => (epsilon as number) > 0 && Number.isFinite(epsilon)],
  dropout: [1, 1, (attributes) => isDropout(attributes)],
  noise: [1, 1, ({ limit, stream }) => (limit as number) >= 0 && Number.isFinite(limit) && Number.isInteger(stream)],
  loss: [2, 2, (attributes) => isLoss(attributes) && isWeight(attributes.weight)],
};

/** What has a number for each step of the source. */
const SCORES: ReadonlySet<OpName> = new Set<OpName>(["dotScore", "additiveScore", "align"]);

const isWeight = (weight: unknown): boolean => Number.isFinite(weight) && (weight as number) > 0;

const isLoss = (loss: Attributes | undefined): boolean =>
  Object.hasOwn(TARGET, String(loss?.kind)) &&
  (loss?.ignore === null || isIgnored(loss?.ignore)) &&
  isSize(loss?.components, loss?.kind === "mixtureDensity" ? 1 : 0) &&
  Number.isFinite(loss?.floor) &&
  (loss?.floor as number) >= 0 &&
  (loss?.mean === "steps" || loss?.mean === "sequences");

const isDropout = ({ keep, stream, scaled, perSequence }: Attributes): boolean =>
  (keep as number) > 0 && (keep as number) <= 1 && isSize(stream, 0) && typeof scaled === "boolean" && typeof perSequence === "boolean";

const isSize = (size: unknown, least: number): boolean =>
  Number.isInteger(size) && (size as number) >= least && (size as number) <= 2 ** 24;

/** @throws TypeError with the node that does not fit. */
export function checkDefinition(place: string, definition: Definition): void {
  if (definition === null || typeof definition !== "object" || !Array.isArray(definition.nodes))
    throw new TypeError(`${place}: needs what model(…) returns but got ${describe(definition)}.`);
  const fail = (what: string): never => {
    throw new TypeError(
      `${place}: the model's definition does not fit this library: ${what}. Use the version of the library that made it.`,
    );
  };
  const { format, seed, inputs, layers, heads, feedback, decoding, nodes } = definition;
  if (format !== 1) fail(`its format is ${describe(format)}, not 1`);
  if (!isSeed(seed)) fail(`its seed is ${describe(seed)}`);
  if (!Array.isArray(layers)) fail("it has no layers");
  if (!Array.isArray(heads) || heads.length === 0) fail("it has no heads");
  for (const head of heads) {
    if (!Array.isArray(head?.terms) || head.terms.length === 0) fail("it has a head without a loss");
    for (const term of head.terms)
      if (!isLoss(term?.loss as unknown as Attributes) || typeof term.name !== "string" || !isWeight(term.weight))
        fail(`its loss is ${describe(term?.loss?.kind)}`);
  }
  if (inputs === null || typeof inputs !== "object") fail("it has no inputs");
  for (const input of Object.values(inputs))
    if (!["tokens", "features", "vector"].includes(input?.kind)) fail("its input is of no known kind");
  if (decoding !== null && !isDecoding(decoding)) fail("what it knows of the sequences that it makes is not lawful");
  if (![null, "output", "softmax", "sigmoid", "symbol", "draw"].includes(feedback)) fail(`its feedback is ${describe(feedback)}`);
  if (nodes.length === 0) fail("it has no nodes");
  nodes.forEach((node, id) => {
    const known = Object.hasOwn(LAWS, String(node?.op)) ? LAWS[node.op as OpName] : undefined;
    const [fewest, most, lawful = () => true] = known ?? fail(`operation ${describe(node?.op)} of node ${id} is unknown`);
    const { inputs, attributes, shape, label } = node;
    if (!Array.isArray(inputs) || inputs.length < fewest || inputs.length > most || !inputs.every((from) => isNode(from, nodes)))
      fail(`node ${id} has inputs that are not there`);
    if (attributes === null || typeof attributes !== "object" || typeof label !== "string" || !lawful(attributes))
      fail(`node ${id}, ${node.op}, has attributes that are not lawful`);
    if (
      !isSize(shape?.width, SCORES.has(node.op) ? ALONG_SOURCE : 1) ||
      !isSize(shape.rows, 0) ||
      !isSize(shape.symbols, 0) ||
      !isSize(shape.timeline, 0)
    )
      fail(`node ${id} has no shape`);
  });
  for (const { output, target, terms } of heads)
    for (const id of [output, target, ...terms.map(({ total }) => total)]) if (!isNode(id, nodes)) fail(`there is no node ${describe(id)}`);
  nodes.forEach((node, id) => {
    if (!sameShape(node.shape, lawfulShape(node, nodes, definition, fail)))
      fail(`node ${id}, ${node.op}, has another shape than its inputs give`);
  });
  for (const { name, output, target, terms, weight } of heads) {
    const node = nodes[target];
    // Terms go through all columns of both, one after the other.
    const wholes = [output, target];
    const ends = [0, 0];
    const follows = (id: NodeId, which: number): boolean => {
      const { op, inputs, attributes, shape } = nodes[id];
      const from = ends[which];
      ends[which] += shape.width;
      return terms.length === 1 ? id === wholes[which] : op === "slice" && inputs[0] === wholes[which] && attributes.from === from;
    };
    const isTerm = ({ total, loss, weight: share }: Term): boolean => {
      const { op, inputs, attributes } = nodes[total];
      return (
        op === "loss" &&
        JSON.stringify(attributes) === JSON.stringify({ ...loss, weight: weight * share }) &&
        inputs.every(follows) &&
        sameShape(TARGET[loss.kind](nodes[inputs[0]].shape, loss) as Shape, nodes[inputs[1]].shape)
      );
    };
    if (
      node.op !== "target" ||
      node.attributes.name !== name ||
      !terms.every(isTerm) ||
      wholes.some((id, which) => nodes[id].shape.width !== ends[which])
    )
      fail(`output, target and loss of head ${describe(name)} do not fit`);
  }
  if (new Set(heads.map(({ name }) => name)).size < heads.length || totalsOf(definition).length > MOST_HEADS)
    fail(`it has ${heads.length} heads`);
  try {
    topologicalOrder(nodes);
  } catch {
    fail("it has a cycle without a delay");
  }
  nodes.forEach((_, id) => {
    if (isIdle(nodes, id)) fail(`node ${id} is only ever itself, one step later`);
  });
}

function isDecoding({ target, boundary, stop, maximum }: Decoding): boolean {
  const isKnown = target?.kind === "tokens" ? target.symbols === boundary : target?.kind === "features" && boundary === -1;
  return isKnown && (stop === null || isStop(stop, target, maximum)) && (maximum === null || isSize(maximum, 1));
}

const isStop = (stop: Stop, target: Input, longest: number | null): boolean => {
  if (stop.kind === "endSymbol") return target.kind === "tokens";
  return isWeight(stop.weight) && (stop.kind === "stopOutput" || (stop.kind === "predictedLength" && stop.maximum === longest));
};

const isNode = (id: unknown, nodes: readonly Node[]): boolean =>
  Number.isInteger(id) && (id as number) >= 0 && (id as number) < nodes.length;

const sameShape = (a: Shape, b: Shape): boolean =>
  a.extent === b.extent && a.rows === b.rows && a.width === b.width && a.symbols === b.symbols && a.timeline === b.timeline;

/** The shape that a node must have. */
function lawfulShape(node: Node, nodes: readonly Node[], { inputs, heads, decoding }: Definition, fail: (what: string) => never): Shape {
  const shapes = node.inputs.map((id) => nodes[id].shape);
  node.inputs.forEach((id, index) => {
    const weight = nodes[id];
    const kept = weight.op === "parameter" && entriesOf(weight.attributes.initial) > 0;
    if (kept !== (node.op === "sparse" && index === 1)) fail(`node ${id} is kept in another form than ${node.op} reads`);
  });
  switch (node.op) {
    case "input": {
      const { name } = node.attributes;
      if (name === "steps left" && decoding?.stop?.kind === "predictedLength") return sequence(1);
      return shapeOfInput(inputs[name] ?? fail(`there is no input "${name}"`), name === "source" ? 1 : 0);
    }
    case "feedback":
      if (decoding) return shapeOfHeard(decoding.target);
      return sequence(nodes[heads[0].output].shape.width);
    case "target": {
      const { name } = node.attributes;
      if (!heads.some((head) => head.name === name)) fail(`there is no head "${name}"`);
      // Its losses say, below.
      return node.shape;
    }
    case "gather":
    case "matmul":
      if (shapes[1].extent !== "parameter" || (node.op === "gather" && shapes[0].symbols !== shapes[1].rows))
        fail(`a weight [${shapes[1].rows} × ${shapes[1].width}] does not fit its input`);
  }
  try {
    if (node.op === "parameter") {
      const { rows, width } = node.shape;
      checkFit("its first values", node.attributes.initial, rows, width);
      return matrix(Math.max(1, rows), width);
    }
    if (node.op === "delay") {
      if (shapes[1]) checkBeginning(shapes[0], shapes[1]);
      return { ...shapes[0], extent: "sequence" };
    }
    return SHAPE[node.op](shapes, node.attributes as never);
  } catch (error) {
    return fail((error as Error).message.replace(/\.$/, ""));
  }
}
