// Layers around layers: the same in the other direction of time, in both, and with a path around.

import type { Value } from "../graph/value.ts";
import { add, concat, mul, scale } from "../graph/words.ts";
import { checkChoice, checkOptions, describe } from "./check.ts";
import { type Cell, type Layer, Site, type Units, widthAfter } from "./layer.ts";
import { type LayerOptions, named, text } from "./text.ts";

/** One layer, or several of which each gets what the one before gives. */
export type Inner = Layer | readonly Layer[];

/*
 * Parameters are called after all that they stand in. One layer is called by its kind, of several each by its number too, and a layer's own
 * name takes the place of that:
 *
 *     layer 2/residual/lstm/wx      layer 2/residual/1 lstm/wx      layer 1/bidirectional/forward/lstm/wx      layer 1/bidirectional/backward/lstm/wx
 */

function checkInner(kind: string, inner: Inner): readonly Layer[] {
  const layers: readonly Layer[] = Array.isArray(inner) ? inner : [inner];
  if (layers.length === 0) throw new TypeError(`${kind}: there is nothing inside. Give it a layer, such as lstm(64), or a list of layers.`);
  layers.forEach((layer, index) => {
    if (typeof layer?.build !== "function")
      throw new TypeError(
        `${kind}: ${layers.length === 1 ? "what is inside" : `layer ${index + 1} inside`} is ${describe(layer)}. Use a layer such as lstm(64) or dense(10).`,
      );
  });
  return layers;
}

/** The width of what several layers give. */
function unitsOf(layers: readonly Layer[]): Units {
  if (layers.every(({ units }) => units === undefined)) return undefined;
  return (width) => layers.reduce((given, { units }) => widthAfter(units, given), width);
}

const said = (layers: readonly Layer[]): string => {
  const texts = layers.map((layer) => layer.text);
  return layers.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
};

/** The layers one after the other, within a site. */
const through = (site: Site, layers: readonly Layer[]): Value =>
  layers.reduce((x, layer, index) => site.layer(layers.length === 1 ? layer.kind : `${index + 1} ${layer.kind}`, layer, x), site.x);

/** The layers with time turned around. */
function turned(site: Site, layers: readonly Layer[], path: string): Value {
  const { graph } = site.x;
  if (site.x.shape.extent !== "sequence")
    throw new TypeError(`${site.path}: there is no time to take from the end: it got a ${String(site.x)}. Put it before last().`);
  const feedback = (): Value => {
    if (graph.direction > 0) return site.surroundings.feedback();
    throw new TypeError(
      `${path}: recurrence from the output hears the step before, but this layer takes time from the end, where that step has not been. Use recurrence between hidden units.`,
    );
  };
  graph.direction = graph.direction > 0 ? -1 : 1;
  try {
    return through(new Site(path, site.x, { ...site.surroundings, feedback }), layers);
  } finally {
    graph.direction = graph.direction > 0 ? -1 : 1;
  }
}

/**
 * The layers with time running from the last step to the first: h(t) comes from x(t) and h(t+1), and nothing is h(T). `last()` inside means
 * the first step, which such a layer reaches last. The outputs stay at the steps of their inputs, [T, B, width].
 *
 * Equal, bit for bit, to the layers on the reversed sequence, with the outputs reversed again. Nothing is copied for it. Reversed twice is forwards.
 * Inside a window of `windows()` it begins with nothing at the window's end: the future is not carried. `stream` and `generate`
 * refuse such a model, `predict` runs the whole sequence at once.
 *
 * @throws TypeError if there is nothing inside, no sequence to reverse, or something inside listens to the model's output.
 */
export function reverse(layers: Inner, options: LayerOptions = {}): Layer {
  const inner = checkInner("reverse", layers);
  checkOptions("reverse", options, ["name"]);
  return {
    kind: "reverse",
    ...named("reverse", options),
    units: unitsOf(inner),
    text: text("reverse", said(inner), options, {}),
    build: (site) => turned(site, inner, site.path),
  };
}

export type Merge = "concat" | "sum" | "mean" | "product";

export interface BidirectionalOptions extends LayerOptions {
  /** How the two directions become one: side by side [T, B, 2·width], or element by element. Default: "concat". */
  readonly merge?: Merge;
  /** Layers of their own for the way back. Default: the same as on the way there. */
  readonly backward?: Inner;
}

const MERGES: { readonly [M in Merge]: (there: Value, back: Value) => Value } = {
  concat,
  sum: add,
  mean: (there, back) => scale(add(there, back), 0.5),
  product: mul,
};

/**
 * The layers twice, with parameters of their own: once with time running forwards, once backwards (Schuster and Paliwal 1997). At each step
 * the output knows the past from the one and the future from the other.
 *
 * `bidirectional([lstm(32), last()])` is, as a vector, the state in which each direction ends: the forward one at the last step, the backward
 * one at the first (PyTorch's h_n, Keras's return_sequences=False). `bidirectional(lstm(32)), last()` is not: at the last step the backward
 * direction has seen that step only.
 *
 * With `windows()` the forward direction is carried from window to window, the backward one begins with nothing at each window's end, so an
 * evaluation depends on the windows. `stream` and `generate` refuse such a model, `predict` runs the whole sequence at once.
 *
 * @throws TypeError or RangeError if there is nothing inside, no sequence, something inside listens to the model's output, or the two directions
 * differ in width and are to be added or multiplied.
 */
export function bidirectional(layers: Inner, options: BidirectionalOptions = {}): Layer {
  const forward = checkInner("bidirectional", layers);
  checkOptions("bidirectional", options, ["merge", "backward", "name"]);
  const merge = checkChoice("bidirectional: merge", options.merge ?? "concat", Object.keys(MERGES) as Merge[]);
  const backward = options.backward === undefined ? forward : checkInner("bidirectional: backward", options.backward);
  const [there, back] = [unitsOf(forward), unitsOf(backward)];
  return {
    kind: "bidirectional",
    ...named("bidirectional", options),
    units: merge === "concat" ? (width) => widthAfter(there, width) + widthAfter(back, width) : there,
    text: text("bidirectional", said(forward), options, { merge: "concat" }),
    build(site) {
      const { cells } = site.surroundings;
      const before = cells.length;
      const a = through(new Site(`${site.path}/forward`, site.x, site.surroundings), forward);
      const forwards = cells.splice(before);
      const b = turned(site, backward, `${site.path}/backward`);
      cells.push(...paired(site.path, forwards, cells.splice(before)));
      if (merge !== "concat" && (a.width !== b.width || a.shape.extent !== b.shape.extent))
        throw new RangeError(
          `${site.path}: merge is "${merge}" but forwards comes a ${String(a)} and backwards a ${String(b)}. Make the two equal, or use merge: "concat".`,
        );
      site.x.graph.label = site.path;
      return MERGES[merge](a, b);
    },
  };
}

/** The cells of both directions, the last with the last: each two are one layer, whose states are those of both. */
function paired(path: string, forwards: readonly Cell[], backwards: readonly Cell[]): Cell[] {
  const count = Math.min(forwards.length, backwards.length);
  const alone = [...forwards.slice(0, forwards.length - count), ...backwards.slice(0, backwards.length - count)];
  const pairs = Array.from({ length: count }, (_, index) => {
    const [a, b] = [forwards[forwards.length - count + index], backwards[backwards.length - count + index]];
    return { path, widths: { ...a.widths, ...b.widths }, directions: [...a.directions, ...b.directions] };
  });
  return [...alone, ...pairs];
}

/** What goes around the layers must be there, and be numbers. */
function checkAround(site: Site, around: string): void {
  if (site.x.shape.symbols > 0)
    throw new TypeError(`${site.path}: its input is a ${String(site.x)}, which cannot be ${around}. Put it after an embedding.`);
}

/**
 * x + f(x), with f the layers: a path around them on which the gradient passes unchanged (He et al. 2016). f must give as many columns as it
 * gets.
 *
 * @throws RangeError if it does not.
 */
export function residual(layers: Inner, options: LayerOptions = {}): Layer {
  const inner = checkInner("residual", layers);
  checkOptions("residual", options, ["name"]);
  return {
    kind: "residual",
    ...named("residual", options),
    units: unitsOf(inner),
    text: text("residual", said(inner), options, {}),
    build(site) {
      checkAround(site, "added");
      const { x } = site;
      const f = through(site, inner);
      if (f.width !== x.width || f.shape.extent !== x.shape.extent)
        throw new RangeError(
          `${site.path}: it gets a ${String(x)} but the layers inside give a ${String(f)}, and the two are to be added. ${f.shape.extent === x.shape.extent ? `End them with dense(${x.width}), or use skip(), which puts both side by side` : "Put last() behind residual(), not inside"}.`,
        );
      x.graph.label = site.path;
      return add(x, f);
    },
  };
}

/** x beside f(x), with f the layers: [T, B, width + f's width]. A path around them that keeps x as it is (Graves 2013, Huang et al. 2017). */
export function skip(layers: Inner, options: LayerOptions = {}): Layer {
  const inner = checkInner("skip", layers);
  checkOptions("skip", options, ["name"]);
  const units = unitsOf(inner);
  return {
    kind: "skip",
    ...named("skip", options),
    units: (width) => width + widthAfter(units, width),
    text: text("skip", said(inner), options, {}),
    build(site) {
      checkAround(site, "put beside anything");
      const { x } = site;
      const f = through(site, inner);
      if (f.shape.extent !== x.shape.extent)
        throw new TypeError(
          `${site.path}: it gets a ${String(x)} but the layers inside give a ${String(f)}, and the two are to stand side by side. Put last() behind skip(), not inside.`,
        );
      x.graph.label = site.path;
      return concat(x, f);
    },
  };
}
