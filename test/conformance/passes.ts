// Rows of unequal lengths through one recurrent layer, forward, backward or both ways: each row gives its states after each of its steps.

import { bidirectional, type Definition, features, type Layer, last, type Merge, meanSquared, model, reverse } from "../../src/index.ts";
import { statesOf } from "../support/watch.ts";
import type { Engine, Parameters, State } from "./engine.ts";

/** A recurrent layer of ours with the numbers of a case, by parameter: `wx`, `wh`, `b`. */
export interface Cell {
  readonly layer: Layer;
  readonly parameters: Parameters;
}

/** A row of a batch: its valid steps, and the states before the first; absent: zero. */
export interface Row {
  readonly steps: readonly (readonly number[])[];
  readonly initial?: Readonly<Record<string, readonly number[]>>;
}

/** Each state after each step of a row, by the state's name: h, and c. Empty lists for a row of no steps. */
export type Trace = Readonly<Record<string, readonly (readonly number[])[]>>;

/** Parameters by their paths. The path of a cell ends in its kind and is followed by the parameter's name. */
function named(definition: Definition, cells: readonly { readonly within: string; readonly parameters: Parameters }[]): Parameters {
  const paths = definition.nodes.flatMap((node) => (node.op === "parameter" ? [node.attributes.path] : []));
  const found = paths.map((path) => {
    const owners = cells.filter(({ within }) => path.includes(within));
    const values = owners.length === 1 ? owners[0].parameters[path.slice(path.lastIndexOf("/") + 1)] : undefined;
    if (!values) throw new Error(`The case gives no numbers for ${path}.`);
    return [path, values] as const;
  });
  const given = cells.reduce((sum, { parameters }) => sum + Object.keys(parameters).length, 0);
  if (given !== paths.length) throw new Error(`The case gives ${given} parameters but the network has ${paths.join(", ")}.`);
  return Object.fromEntries(found);
}

const lastName = (label: string): string => label.slice(label.lastIndexOf("/") + 1);

/** Runs rows of any lengths side by side, as one ragged batch, and gives each row's traces by the state's label. */
async function batches(
  engine: Engine,
  definition: Definition,
  parameters: Parameters,
  rows: readonly Row[],
): Promise<Record<string, (readonly (readonly number[])[])[]>> {
  const labels = statesOf(definition);
  // Nothing says then how wide a step would be.
  if (rows.every(({ steps }) => steps.length === 0)) return Object.fromEntries(labels.map((label) => [label, rows.map(() => [])]));
  const from: State = Object.fromEntries(
    labels.flatMap((label) => {
      const given = rows.flatMap(({ initial }) => [initial?.[lastName(label)] ?? []].filter(({ length }) => length > 0));
      if (given.length > 0 && given.length < rows.length) throw new Error(`Only some rows are given ${label}.`);
      return given.length === 0 ? [] : [[label, given]];
    }),
  );
  const { values } = await engine.run(
    definition,
    parameters,
    rows.map(({ steps }) => steps),
    from,
  );
  // A row of no steps has no states: what then is said of them is the convention of the case.
  const traceOf = (label: string, { steps }: Row, b: number) => steps.map((_, t) => values[label][t][b]);
  return Object.fromEntries(labels.map((label) => [label, rows.map((row, b) => traceOf(label, row, b))]));
}

const modelOf = (layer: Layer, rows: readonly Row[]): Definition =>
  model({ input: features(widthOf(rows)), layers: [layer], loss: meanSquared() });

const widthOf = (rows: readonly Row[]): number => rows.find(({ steps }) => steps.length > 0)?.steps[0].length ?? 1;

/** One trace a row, of the labels that contain `within`. */
const perRow = (traces: Record<string, (readonly (readonly number[])[])[]>, count: number, within = ""): Trace[] =>
  Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      Object.entries(traces)
        .filter(([label]) => label.includes(within))
        .map(([label, rows]) => [lastName(label), rows[index]]),
    ),
  );

export async function forward(engine: Engine, cell: Cell, rows: readonly Row[]): Promise<Trace[]> {
  const definition = modelOf(cell.layer, rows);
  return perRow(await batches(engine, definition, named(definition, [{ within: "", ...cell }]), rows), rows.length);
}

/**
 * From a row's last step to its first; the traces are in the order of the row. A reversed layer always begins at zero: with given states
 * the cell runs forward over the row turned round.
 */
export async function backward(engine: Engine, cell: Cell, rows: readonly Row[]): Promise<Trace[]> {
  if (rows.some(({ initial }) => initial !== undefined)) {
    const turned = await forward(
      engine,
      cell,
      rows.map((row) => ({ ...row, steps: row.steps.toReversed() })),
    );
    return turned.map((trace) => Object.fromEntries(Object.entries(trace).map(([name, states]) => [name, states.toReversed()])));
  }
  const definition = modelOf(reverse(cell.layer), rows);
  return perRow(await batches(engine, definition, named(definition, [{ within: "", ...cell }]), rows), rows.length);
}

/** Both ways: as bidirectional() where both directions begin at zero, else one after the other. */
export async function bothWays(
  engine: Engine,
  [there, back]: readonly [Cell, Cell],
  rows: readonly [readonly Row[], readonly Row[]],
): Promise<[Trace[], Trace[]]> {
  if (rows.some((direction) => direction.some(({ initial }) => initial !== undefined)))
    return [await forward(engine, there, rows[0]), await backward(engine, back, rows[1])];
  const definition = modelOf(bidirectional(there.layer, { backward: back.layer }), rows[0]);
  const traces = await batches(engine, definition, ofBoth(definition, there, back), rows[0]);
  return [perRow(traces, rows[0].length, "/forward/"), perRow(traces, rows[0].length, "/backward/")];
}

const ofBoth = (definition: Definition, there: Cell, back: Cell): Parameters =>
  named(definition, [
    { within: "/forward/", parameters: there.parameters },
    { within: "/backward/", parameters: back.parameters },
  ]);

/** What both ways give together, merged by bidirectional() itself: [B][T][width] flat, or [B][width] of the states in which each direction ends. */
export async function merged(
  engine: Engine,
  [there, back]: readonly [Cell, Cell],
  rows: readonly Row[],
  merge: Merge,
  ending: boolean,
): Promise<number[]> {
  const inner = (layer: Layer): Layer[] => (ending ? [layer, last()] : [layer]);
  const definition = modelOf(bidirectional(inner(there.layer), { backward: inner(back.layer), merge }), rows);
  const steps = rows.map((row) => row.steps);
  const output = await engine.predict(definition, ofBoth(definition, there, back), steps);
  const width = output.length / rows.length / (ending ? 1 : steps[0].length);
  if (ending) return output;
  // From [T][B] to [B][T].
  return rows.flatMap((_, b) => steps[0].flatMap((_, t) => output.slice((t * rows.length + b) * width, (t * rows.length + b + 1) * width)));
}
