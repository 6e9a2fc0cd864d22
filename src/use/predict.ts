// Whole sequences through the network, many side by side and each to its own end, in pieces that one program has room for.

import { checkChoice, checkFlag, checkOptions, checkSize } from "../define/check.ts";
import { looksAhead } from "../define/direction.ts";
import type { Definition } from "../define/model.ts";
import { type Programs, roomFor } from "../engine/programs.ts";
import type { Purpose } from "../plan/unfold.ts";
import { checkList, checkSequence, inputKind, type Sequence, writeRows } from "../train/data.ts";
import { slotsAt } from "../train/slots.ts";
import { checkFinite } from "./finite.ts";

/** Steps of the longest piece. */
const LONGEST = 64;

export interface PredictOptions {
  /** The numbers before softmax or sigmoid. Default: false. */
  readonly raw?: boolean;
  /** Another head of the model, by its name. Default: the model's own output. */
  readonly head?: string;
}

export interface PredictAllOptions extends PredictOptions {
  /** Sequences side by side. Default: 32. */
  readonly batch?: number;
}

/** What is run over sequences. */
interface Passage {
  /** Of what it is told that its outputs are not finite, for sequence number `index`. */
  readonly place: (index: number) => string;
  readonly purpose: Purpose;
  readonly sequences: readonly Sequence[];
  /** For each what layers hear that listen to the output, at each step: what it should have been at the step before. */
  readonly heard?: readonly Sequence[];
  /** Each in one piece: a model that looks ahead. */
  readonly whole?: boolean;
  /** Sequences side by side. */
  readonly batch?: number;
}

/** The outputs of a sequence's piece: of `steps` steps, `stride` numbers apart; or of no steps, where the sequence has none, a vector. */
interface Outputs {
  readonly address: number;
  readonly stride: number;
  readonly steps: number;
  readonly width: number;
  readonly extent: string;
}

/**
 * Runs sequences from the beginning, the longest first, and shows the outputs of each piece of sequence number `index`, which begins with step `from`.
 *
 * @throws RangeError if they are not finite.
 */
export function pieces(
  programs: Programs,
  { place, purpose, sequences, heard, whole = false, batch = 1 }: Passage,
  show: (outputs: Outputs, from: number, index: number) => void,
): void {
  const order = sequences.map((_, index) => index).sort((a, b) => sequences[b].length - sequences[a].length || a - b);
  const longest = sequences[order[0]].length;
  const room = Math.min(batch, sequences.length);
  const most = whole ? roomFor(Math.max(1, longest)) : LONGEST;
  const program = whole ? programs.passing(purpose, room, most) : programs.get(purpose, room, most);
  const { plan, tables } = program;
  const given = (["input", "target"] as const).flatMap((name) => {
    // A model may ignore its input altogether, and hear nothing of its output.
    const node = plan.given[name];
    const all = name === "input" ? sequences : heard;
    return node === undefined || !all ? [] : [{ all, node }];
  });
  const [head] = plan.shown.target === undefined ? Object.keys(plan.shown) : ["target"];
  const output = plan.shown[head];
  const { width, extent } = plan.nodes[output].shape;
  const { address, stride } = program.place(output);
  const carry = program.newCarry();
  const anew = new Int32Array(room);
  try {
    for (let first = 0; first < order.length; first += room) {
      const members = order.slice(first, first + room);
      for (let from = 0; from === 0 || from < sequences[members[0]].length; from += most) {
        const lengths = Int32Array.from(members, (index) => Math.min(most, Math.max(0, sequences[index].length - from)));
        tables.take({ rows: members.length, timelines: [{ steps: lengths[0], lengths }] });
        for (const { all, node } of given) {
          // Longest first, so that each row stands in its own place.
          const slots = slotsAt(program, node);
          members.forEach((index, b) => {
            writeRows(slots, all[index], from, lengths[b], b);
          });
        }
        const keep = from === 0 ? anew : null;
        program.run(carry, keep);
        checkFinite({ program, carry, keep }, head, from, (row) => place(members[row]));
        program.accept(carry);
        members.forEach((index, b) => {
          const outputs = { address: address + b * stride * 4, stride: room * stride, steps: lengths[b], width, extent };
          if (lengths[b] > 0 || from === 0) show(outputs, from, index);
        });
      }
    }
  } finally {
    carry.close();
  }
}

/** What `predict` and `predictAll` are asked for. A sequence may be empty. @throws TypeError or RangeError with the place. */
export function checkPredicting(
  place: "predict" | "predictAll",
  definition: Definition,
  sequences: readonly Sequence[],
  options: PredictAllOptions,
) {
  checkOptions(place, options, place === "predict" ? ["raw", "head"] : ["raw", "head", "batch"]);
  const raw = checkFlag(`${place}: raw`, options.raw ?? false);
  const batch = checkSize(`${place}: batch`, options.batch ?? 32);
  const names = definition.heads.map(({ name }) => name);
  const head = checkChoice(`${place}: head`, options.head ?? names[0], names);
  if (place === "predictAll") checkList("predictAll: sequences", sequences);
  const kind = inputKind(definition);
  const list = Array.from(sequences);
  const nameOf = (index: number): string => (place === "predict" ? "predict: sequence" : `predictAll: sequences[${index}]`);
  list.forEach((sequence, index) => {
    const name = nameOf(index);
    checkList(name, sequence);
    if (sequence.length > 0) checkSequence(name, sequence, kind);
  });
  return { place: nameOf, sequences: list, raw, head, batch, whole: looksAhead(definition) !== null };
}

/**
 * For each sequence one output a step; for a sequence → vector model only the last, which of a sequence of no steps is what the zero vector gives.
 * Arguments have been checked.
 */
export function predictAll(
  programs: Programs,
  { place, sequences, raw, head, batch, whole }: ReturnType<typeof checkPredicting>,
): Float32Array[][] {
  const results = sequences.map((): Float32Array[] => []);
  if (results.length === 0) return results;
  const { memory } = programs.machine;
  const purpose = { kind: "predict", raw, head } as const;
  pieces(programs, { place, purpose, sequences, whole, batch }, ({ address, stride, steps, width, extent }, from, index) => {
    const outputs = results[index];
    if (extent === "vector") {
      if (from + steps === sequences[index].length) outputs.push(memory.floats(address, width).slice());
    } else if (steps > 0) {
      const values = memory.floats(address, (steps - 1) * stride + width);
      // One buffer for the steps of a piece: one for each would take thrice as long to make.
      const kept = new Float32Array(steps * width);
      for (let t = 0; t < steps; t++) {
        const step = kept.subarray(t * width, (t + 1) * width);
        step.set(values.subarray(t * stride, t * stride + width));
        outputs.push(step);
      }
    }
  });
  return results;
}
