// Every public name of `unrolled/pictures`: graphs and charts as SVG, Mermaid and DOT, and the diagrams behind them as data.

import { checkChoice, checkFlag, checkOptions } from "../define/check.ts";
import type { Definition } from "../define/model.ts";
import { titleOf } from "../define/title.ts";
import { checkDefinition } from "../file/definition.ts";
import { checkFlow, checkSteps } from "./checked.ts";
import type { Diagram } from "./diagram.ts";
import { printDot } from "./dot.ts";
import { drawFolded } from "./folded.ts";
import { layersOf } from "./layers.ts";
import { printMermaid } from "./mermaid.ts";
import { operationsOf } from "./operations.ts";
import type { Flow } from "./records.ts";
import { sourceOf } from "./source.ts";
import { drawUnfolded } from "./unfolded.ts";
import { type Unfolding, unfolding } from "./unfolding.ts";

export { curves } from "./curves.ts";
export type { Diagram, DiagramEdge, DiagramNode, NodeKind, Weight } from "./diagram.ts";
export { heatMap } from "./heat-map.ts";
export type { Chart, CurvesOptions, Eigenvalue, Flow, HeatMapOptions, Series, SpectrumOptions } from "./records.ts";
export { spectrum } from "./spectrum.ts";
export type { UnfoldedEdge, UnfoldedNode, Unfolding } from "./unfolding.ts";

export interface DiagramOptions {
  /** "layers": what a textbook draws, one box for each layer or state. "operations": every node of the graph. Default: "layers". */
  readonly detail?: "layers" | "operations";
  /** Whether layers that listen to the output hear the truth in its place, as in training. Default: false. */
  readonly teacherForcing?: boolean;
}

export interface UnfoldedOptions {
  readonly teacherForcing?: boolean;
  /** Whether to draw, against the arrows, where the gradient flows. Default: false, or true where a flow is given. */
  readonly gradient?: boolean;
  /** The gradient's norms for each state and step: the last steps are drawn, as wide as these say. */
  readonly flow?: readonly Flow[];
}

/**
 * A model as boxes and arrows: what all pictures and texts of its graph are made from. Derived from the graph, so that cells of one's own
 * are drawn as built-in ones are. A delay is a number of steps on an arrow; on the level of operations it is a box of its own, too.
 *
 * @throws TypeError if the definition is none
 */
export function diagram(definition: Definition, options: DiagramOptions = {}): Diagram {
  return diagramFor("diagram", definition, options);
}

/** A diagram of layers stretched over so many steps: every box once a step, every delay an arrow from one step to another. */
export function unfold(definition: Definition, steps: number, options: { readonly teacherForcing?: boolean } = {}): Unfolding {
  checkOptions("unfold", options, ["teacherForcing"]);
  return unfolding(diagramFor("unfold", definition, options), checkSteps("unfold: steps", steps));
}

/** The network once, with a black square for each delay (Goodfellow et al. 2016, figure 10.3, left), as an SVG file's text. */
export function folded(definition: Definition, options: DiagramOptions = {}): string {
  return drawFolded(diagramFor("folded", definition, options), titleOf(definition));
}

/**
 * The network over so many steps (Goodfellow et al. 2016, figure 10.3, right), as an SVG file's text; with `gradient`, what flows back in
 * a second colour, and with `flow` as wide as log ‖∂L/∂h(t)‖. A sequence-to-sequence model has so many steps of its source below so many of its
 * output, from the first one (figure 10.12).
 *
 * @throws RangeError if a flow has fewer steps than are to be shown, or more than 64 are
 */
export function unfolded(definition: Definition, steps = 3, options: UnfoldedOptions = {}): string {
  checkOptions("unfolded", options, ["teacherForcing", "gradient", "flow"]);
  const { teacherForcing = false, flow = [] } = options;
  checkSteps("unfolded: steps", steps);
  checkFlow("unfolded", flow, steps);
  const gradient = checkFlag("unfolded: gradient", options.gradient ?? flow.length > 0);
  return drawUnfolded(diagramFor("unfolded", definition, { teacherForcing }), titleOf(definition), { steps, gradient, flow });
}

/** The graph as text for Graphviz. */
export const dot = (definition: Definition, options: DiagramOptions = {}): string => printDot(diagramFor("dot", definition, options));

/** The graph as text for Mermaid, which Markdown pages draw. */
export const mermaid = (definition: Definition, options: DiagramOptions = {}): string =>
  printMermaid(diagramFor("mermaid", definition, options));

function diagramFor(place: string, definition: Definition, options: DiagramOptions): Diagram {
  checkDefinition(place, definition);
  checkOptions(place, options, ["detail", "teacherForcing"]);
  const detail = checkChoice(`${place}: detail`, options.detail ?? "layers", ["layers", "operations"]);
  const teacherForcing = checkFlag(`${place}: teacherForcing`, options.teacherForcing ?? false);
  const source = sourceOf(definition, teacherForcing ? "target" : "output");
  return detail === "layers" ? layersOf(source) : operationsOf(source);
}
