// The judge: runs a definition or an unfolded graph step by step in f64, with no planner and no WebAssembly.

import { type Head, shapesOf } from "../../src/define/heads.ts";
import { type Definition, totalsOf } from "../../src/define/model.ts";
import type { Node, NodeId } from "../../src/graph/graph.ts";
import type { Dropout, Loss, Named, OpName, Weighed } from "../../src/graph/operations.ts";
import { ALONG_SOURCE } from "../../src/graph/shape.ts";
import { COINS, DRAWS } from "../../src/plan/feedback.ts";
import { forcingOf } from "../../src/plan/purpose.ts";
import type { Purpose, Unfolded } from "../../src/plan/unfold.ts";
import { type Call, LAWS, type Law } from "./laws.ts";
import { argmaxOf, make, oneHot, pick, type Rows, sigmoidOf, softmaxOf } from "./rows.ts";
import { saidOf } from "./said.ts";

/** What a graph is run on. Numbers are row-major and unpadded. */
export interface Data {
  /** Of the output's timeline, the longest. */
  readonly steps: number;
  /** Steps of each row; absent: all. What lies behind a row's end is nobody's: it may be NaN. */
  readonly lengths?: ArrayLike<number> | undefined;
  /** The same of the source's timeline. */
  readonly source?: { readonly steps: number; readonly lengths?: ArrayLike<number> | undefined };
  readonly batch: number;
  /** Values by path, rows × width. */
  readonly parameters: Readonly<Record<string, ArrayLike<number>>>;
  /** [T][B] symbols or [T][B][width]. */
  readonly input: ArrayLike<number>;
  /** As the input, or [B] / [B][width] where the output is a vector. */
  readonly target?: ArrayLike<number>;
  /** What else is given, by its name. */
  readonly given?: Readonly<Record<string, ArrayLike<number>>>;
  /** Carried states: [steps of the delay][B][width] by the delay's label, oldest first; zero (or no symbol) where absent. */
  readonly carry?: Readonly<Record<string, ArrayLike<number>>>;
  /** What happens to every number of every result; absent: nothing. With Math.fround, a model of arithmetic in f32. */
  readonly round?: (x: number) => number;
  /** Changes a node's value at one step before anything reads it: for differences by what is no parameter. */
  readonly nudge?: (id: NodeId, t: number, value: Rows) => Rows;
  /** Dropout's mask; t is 0 for what is no sequence, and for one mask a sequence. Absent: dropout gives its mean. */
  readonly keeps?: ((stream: number, t: number, row: number, column: number) => boolean) | undefined;
  /** How often the truth is heard where either is, and numbers from [0, 1) for coins and draws; number i of a row is made of column 4 + i. */
  readonly truth?: number | undefined;
  readonly uniform?: ((stream: number, t: number, row: number, column?: number) => number) | undefined;
  /** Numbers from [−1, 1) that noise is made of. Absent: there is none. */
  readonly noise?: ((stream: number, t: number, row: number, column: number) => number) | undefined;
}

/**
 * Visits every delay at every step, in the order of time in which it looks, and a layer's before those of the layers behind it: so that no
 * question recurses through more than one step.
 */
export function walk(nodes: readonly Node[], stepsOf: (node: Node) => number, visit: (id: NodeId, t: number) => void): void {
  nodes.forEach((node, id) => {
    if (node.op !== "delay") return;
    const looksBack = node.attributes.steps > 0;
    const steps = stepsOf(node);
    for (let k = 0; k < steps; k++) visit(id, looksBack ? k : steps - 1 - k);
  });
}

/** The values of one run, computed when they are asked for. */
export class Interpretation {
  readonly nodes: readonly Node[];
  readonly #data: Data;
  readonly #heard: (run: Interpretation, id: NodeId, t: number) => Rows;
  readonly #known: (Rows | undefined)[][];

  /** `known` is what nodes have been found to be, from a run on which nothing has changed for them. */
  constructor(
    nodes: readonly Node[],
    data: Data,
    heard: (run: Interpretation, id: NodeId, t: number) => Rows = notHeard,
    known: (Rows | undefined)[][] = nodes.map(() => []),
  ) {
    this.nodes = nodes;
    this.#data = data;
    this.#heard = heard;
    this.#known = known;
    walk(
      nodes,
      (node) => this.stepsOf(node),
      (id, t) => this.at(id, t),
    );
  }

  /** The run on other data, where only some nodes can be other than here. */
  moved(data: Data, moves: readonly boolean[]): Interpretation {
    const known = this.#known.map((values, id) => (moves[id] ? [] : values));
    return new Interpretation(this.nodes, data, this.#heard, known);
  }

  /** How often the truth is heard where either is. */
  get truth(): number {
    return this.#data.truth ?? 1;
  }

  /** A number from [0, 1) for a coin or a draw. */
  uniformAt(stream: number, t: number, row: number, column = 0): number {
    const { uniform } = this.#data;
    if (!uniform) throw new Error("the data says nothing of what is drawn");
    return uniform(stream, t, row, column);
  }

  /** Whether nothing was carried. */
  get begun(): boolean {
    return this.#data.carry === undefined;
  }

  /** Steps of a node: of its timeline, or one. */
  stepsOf({ shape }: Node): number {
    if (shape.extent !== "sequence") return 1;
    return shape.timeline === 0 ? this.#data.steps : (this.#data.source?.steps ?? 0);
  }

  /** Steps of one row of a node. */
  lengthOf(node: Node, row: number): number {
    const { extent, timeline } = node.shape;
    const lengths = extent !== "sequence" ? undefined : timeline === 0 ? this.#data.lengths : this.#data.source?.lengths;
    return lengths?.[row] ?? this.stepsOf(node);
  }

  sourceLength(row: number): number {
    const { source } = this.#data;
    return source?.lengths?.[row] ?? source?.steps ?? 0;
  }

  /** A node's value at one step; t does not matter for what is no sequence. */
  at(id: NodeId, t: number): Rows {
    const node = this.nodes[id];
    const step = node.shape.extent === "sequence" ? t : 0;
    const known = this.#known[id][step];
    if (known) return known;
    const value =
      node.op === "feedback" ? this.#heard(this, id, step) : (LAWS[node.op] as Law<Node["op"]>)(new Site(this, this.#data, node, step));
    const width = node.shape.width === ALONG_SOURCE ? (this.#data.source?.steps ?? 0) : node.shape.width;
    if (value.width !== width || value.rows !== this.rowsOf(node))
      throw new Error(`${node.op} ${node.label}: ${value.rows}×${value.width}, not its shape`);
    if (this.#data.round) value.values.set(value.values.map(this.#data.round));
    const kept = this.#data.nudge?.(id, step, value) ?? value;
    this.#known[id][step] = kept;
    return kept;
  }

  /** A node's values at all its steps, one after the other. */
  all(id: NodeId): Float64Array {
    return Float64Array.from(this.every(id).flatMap(({ values }) => [...values]));
  }

  every(id: NodeId): Rows[] {
    const steps = this.stepsOf(this.nodes[id]);
    for (let t = 0; t < steps; t++) this.at(id, t);
    return this.#known[id] as Rows[];
  }

  rowsOf({ shape }: Node): number {
    return shape.extent === "parameter" ? shape.rows : shape.extent === "scalar" ? 1 : this.#data.batch;
  }

  /** What the data say of a node. */
  given(node: Node, t: number): Rows {
    const { data, rows, width } = { data: this.#data, rows: this.rowsOf(node), width: node.shape.width };
    const numbers = node.op === "parameter" ? data.parameters[node.attributes.path] : givenBy(data, (node.attributes as Named).name);
    const length = rows * width * this.stepsOf(node);
    if (numbers?.length !== length) throw new RangeError(`${node.op} ${node.label} needs ${length} numbers but got ${numbers?.length}.`);
    return make(rows, width, (r, c) => numbers[(t * rows + r) * width + c]);
  }

  /** What a delay reads before the first step of the data, and past the last. */
  beyond(node: Node, t: number): Rows {
    const rows = this.rowsOf(node);
    const { width, symbols } = node.shape;
    const carry = node.op === "delay" && node.attributes.carried ? this.#data.carry?.[node.label] : undefined;
    if (carry) return make(rows, width, (r, c) => carry[(t * rows + r) * width + c]);
    const { before = symbols > 0 ? -1 : 0 } = node.attributes as { before?: number };
    const [, beginning] = node.inputs;
    return beginning === undefined ? make(rows, width, () => before) : this.at(beginning, 0);
  }
}

const givenBy = ({ input, target, given }: Data, name: string): ArrayLike<number> | undefined =>
  name === "input" ? input : name === "target" ? target : given?.[name];

/** One node at one step, for its law. */
class Site implements Call<OpName> {
  readonly #run: Interpretation;
  readonly #data: Data;
  readonly node: Node;
  readonly t: number;
  readonly rows: number;

  constructor(run: Interpretation, data: Data, node: Node, t: number) {
    this.#run = run;
    this.#data = data;
    this.node = node;
    this.t = t;
    this.rows = run.rowsOf(node);
  }

  length(row: number): number {
    return this.#run.lengthOf(this.node, row);
  }

  lengthOf(index: number, row: number): number {
    return this.#run.lengthOf(this.#run.nodes[this.node.inputs[index]], row);
  }

  sourceLength(row: number): number {
    return this.#run.sourceLength(row);
  }

  get count(): number {
    return this.node.inputs.length;
  }

  input(index: number): Rows {
    return this.#run.at(this.node.inputs[index], this.t);
  }

  at(index: number, t: number): Rows {
    return this.#run.at(this.node.inputs[index], t);
  }

  every(index: number): readonly Rows[] {
    return this.#run.every(this.node.inputs[index]);
  }

  given(): Rows {
    return this.#run.given(this.node, this.t);
  }

  beyond(): Rows {
    return this.#run.beyond(this.node, this.t);
  }

  get begun(): boolean {
    return this.#run.begun;
  }

  get truth(): number {
    return this.#run.truth;
  }

  get #stream(): number {
    return (this.node.attributes as { stream: number }).stream;
  }

  uniform(row: number, column = 0): number {
    return this.#run.uniformAt(this.#stream, this.t, row, column);
  }

  get drops(): boolean {
    return this.#data.keeps !== undefined;
  }

  keeps(row: number, column: number): boolean {
    const { perSequence } = this.node.attributes as Dropout;
    return this.#data.keeps?.(this.#stream, perSequence ? 0 : this.t, row, column) ?? true;
  }

  noise(row: number, column: number): number {
    return this.#data.noise?.(this.#stream, this.t, row, column) ?? 0;
  }
}

function notHeard(): never {
  throw new Error("feedback is part of a definition only: an unfolded graph has something definite in its place");
}

/** What a definition gives, without unfolding: feedback and dropout are taken from what the purpose means. Outputs by the names of the heads. */
export function interpretDefinition(
  definition: Definition,
  purpose: Purpose,
  data: Data,
): { outputs: Record<string, Rows[]>; loss: number | undefined } {
  const { nodes, heads, decoding, feedback } = definition;
  const [own] = heads;
  const { target } = own;
  const forcing = forcingOf(purpose);
  const classes = own.terms[0].loss.kind === "crossEntropy";
  const withLoss = purpose.kind === "train" || purpose.kind === "evaluate";
  const heard = (run: Interpretation, id: NodeId, t: number): Rows => {
    const { width } = nodes[id].shape;
    // A decoder hears symbols as they are, other layers the rows of the symbols.
    const symbol = (x: Rows): Rows => (decoding ? x : oneHot(x, width));
    if (purpose.kind === "generate") return classes ? symbol(run.at(target, t)) : run.at(target, t);
    if (t === 0) return make(data.batch, width, () => Math.max(0, decoding?.boundary ?? 0));
    const truth = (): Rows => (classes ? symbol(run.at(target, t - 1)) : run.at(target, t - 1));
    if (forcing === true) return truth();
    const said = run.at(definition.heads[0].output, t - 1);
    const drawn = (): Rows => {
      const found = term(nodes, own, said, (loss, x, index) =>
        loss.kind === "meanSquared" ? x : saidOf(loss, x, (r, column) => run.uniformAt(DRAWS + 2 * index, t - 1, r, column)),
      );
      return classes ? symbol(found) : found;
    };
    if (forcing === "mixed") {
      const mine = drawn();
      return make(mine.rows, mine.width, (r, c) => pick(run.uniformAt(COINS, t - 1, r) < run.truth ? truth() : mine, r, c));
    }
    if (feedback === "draw") return drawn();
    return feedback === "symbol" ? symbol(argmaxOf(said)) : heardAs(said);
  };
  const heardAs = (said: Rows): Rows => {
    if (feedback === "softmax") return softmaxOf(said);
    return feedback === "sigmoid" ? make(said.rows, said.width, (r, c) => sigmoidOf(pick(said, r, c))) : said;
  };
  const run = new Interpretation(nodes, purpose.kind === "train" ? data : { ...data, keeps: undefined, noise: undefined }, heard);
  const asked = purpose.kind === "predict" && purpose.head !== undefined ? purpose.head : heads[0].name;
  const raw = purpose.kind !== "predict" || purpose.raw;
  const shown = (head: Head): Rows[] => run.every(head.output).map((x) => (raw ? x : term(nodes, head, x, shownOf)));
  return {
    outputs: Object.fromEntries(
      heads.filter(({ name }) => purpose.kind === "generate" || name === asked).map((head) => [head.name, shown(head)]),
    ),
    loss: withLoss ? wholeLoss({ nodes, losses: totalsOf(definition) }, run) : undefined,
  };
}

/** What each term of a head makes of its own columns, side by side. */
function term(nodes: readonly Node[], head: Head, x: Rows, made: (loss: Loss, own: Rows, index: number) => Rows): Rows {
  let from = 0;
  const all = shapesOf(nodes, head, 0).map(({ width }, index) => {
    const first = from;
    from += width;
    return made(
      head.terms[index].loss,
      make(x.rows, width, (r, c) => pick(x, r, first + c)),
      index,
    );
  });
  const places = all.flatMap((rows) => Array.from({ length: rows.width }, (_, c) => [rows, c] as const));
  return make(x.rows, places.length, (r, c) => pick(places[c][0], r, places[c][1]));
}

/** An output as the user sees it. */
function shownOf({ kind, components, floor }: Loss, x: Rows): Rows {
  if (kind === "meanSquared") return x;
  if (kind === "crossEntropy") return softmaxOf(x);
  if (kind === "binaryCrossEntropy") return make(x.rows, x.width, (r, c) => sigmoidOf(pick(x, r, c)));
  const weights = softmaxOf(make(x.rows, components, (r, c) => pick(x, r, c)));
  const deviations = components + (x.width - components) / 2;
  return make(x.rows, x.width, (r, c) => {
    if (c < components) return pick(weights, r, c);
    return c < deviations ? pick(x, r, c) : floor + Math.exp(pick(x, r, c));
  });
}

/** The losses of all terms of all heads, each with its weight. */
export const wholeLoss = ({ nodes, losses }: Pick<Unfolded, "nodes" | "losses">, run: Interpretation): number =>
  losses.reduce((sum, loss) => sum + (nodes[loss].attributes as Weighed).weight * run.at(loss, 0).values[0], 0);

/** What an unfolded graph gives: outputs by the names of the heads, gradients by path. */
export function interpretUnfolded(
  unfolded: Unfolded,
  data: Data,
): {
  output: Rows[];
  outputs: Record<string, Rows[]>;
  loss: number;
  gradients: Record<string, Float64Array>;
  run: Interpretation;
} {
  const run = new Interpretation(unfolded.nodes, data);
  const outputs = Object.fromEntries(Object.entries(unfolded.shown).map(([name, node]) => [name, run.every(node)]));
  return {
    output: outputs.target ?? [],
    outputs,
    loss: unfolded.losses.length === 0 ? Number.NaN : wholeLoss(unfolded, run),
    gradients: Object.fromEntries(unfolded.gradients.map(({ path, node }) => [path, run.all(node)])),
    run,
  };
}
