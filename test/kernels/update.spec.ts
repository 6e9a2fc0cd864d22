// The end of a step on a gradient of two parameters: the order of clipping, what it says of itself, and what is not finite.

import {
  CONTROL_BYTES,
  CONTROL_CLIP_NORM,
  CONTROL_CLIP_PARAMETER_NORM,
  CONTROL_CLIP_VALUE,
  CONTROL_CUT,
  CONTROL_FLOATS,
  CONTROL_GRADIENTS,
  CONTROL_NORM,
  CONTROL_OPTIMIZER,
  CONTROL_PARAMETERS,
  CONTROL_POLICY,
  CONTROL_RANDOM_LENGTH,
  CONTROL_RATE,
  CONTROL_SCALED,
  CONTROL_SHORTENED,
  CONTROL_STATUS,
  CONTROL_TABLE,
  CONTROL_TABLE_LENGTH,
  CONTROL_UPDATES,
  Optimizer,
  Policy,
  Status,
} from "../../assembly/isa";
import { update } from "../../assembly/update";

const CONTROL: usize = memory.data(CONTROL_BYTES, 64);
const TABLE: usize = memory.data(32, 64);
const WEIGHTS: usize = memory.data(256, 64);
const GRADIENTS: usize = memory.data(256, 64);
/** Two rows of three and one row of two, padded to 8 floats and to 64 bytes. */
const FLOATS = 32;
const SECOND = 64;

/** Gradients (3, 4, 0 | 0, 0, 12) of length 13 and (8, 6) of length 10, at weights of 0 and a rate of 1, so that the weights become −g. */
function begin(value: f32, parameterNorm: f32, norm: f32, policy: u32): void {
  memory.fill(CONTROL, 0, CONTROL_BYTES);
  memory.fill(WEIGHTS, 0, FLOATS << 2);
  memory.fill(GRADIENTS, 0, FLOATS << 2);
  store<u32>(TABLE, 0);
  store<u32>(TABLE, 2, 4);
  store<u32>(TABLE, 3, 8);
  store<u32>(TABLE, 32, 12);
  store<u32>(TABLE, SECOND, 16);
  store<u32>(TABLE, 1, 20);
  store<u32>(TABLE, 2, 24);
  store<u32>(TABLE, 32, 28);
  store<f32>(GRADIENTS, 3);
  store<f32>(GRADIENTS, 4, 4);
  store<f32>(GRADIENTS, 12, 40);
  store<f32>(GRADIENTS, 8, SECOND);
  store<f32>(GRADIENTS, 6, SECOND + 4);
  store<u32>(CONTROL, u32(TABLE), CONTROL_TABLE);
  store<u32>(CONTROL, 2, CONTROL_TABLE_LENGTH);
  store<u32>(CONTROL, u32(WEIGHTS), CONTROL_PARAMETERS);
  store<u32>(CONTROL, u32(GRADIENTS), CONTROL_GRADIENTS);
  store<u32>(CONTROL, FLOATS, CONTROL_FLOATS);
  store<u32>(CONTROL, Optimizer.sgd, CONTROL_OPTIMIZER);
  store<f64>(CONTROL, 1, CONTROL_RATE);
  store<f32>(CONTROL, value, CONTROL_CLIP_VALUE);
  store<f32>(CONTROL, parameterNorm, CONTROL_CLIP_PARAMETER_NORM);
  store<f32>(CONTROL, norm, CONTROL_CLIP_NORM);
  store<u32>(CONTROL, policy, CONTROL_POLICY);
  store<f32>(CONTROL, 0.5, CONTROL_RANDOM_LENGTH);
  // What an earlier step left must not be read as this one's.
  store<u32>(CONTROL, 99, CONTROL_CUT);
  store<u32>(CONTROL, 99, CONTROL_SHORTENED);
  store<u32>(CONTROL, 99, CONTROL_SCALED);
}

function says(cut: u32, shortened: u32, scaled: u32): void {
  expect<u32>(load<u32>(CONTROL, CONTROL_CUT)).toBe(cut);
  expect<u32>(load<u32>(CONTROL, CONTROL_SHORTENED)).toBe(shortened);
  expect<u32>(load<u32>(CONTROL, CONTROL_SCALED)).toBe(scaled);
}

/** The step that was made; factors of lengths differ from the whole number by 1e-6 in 6 and by roundings of f32. */
function steps(a: f64, b: f64, c: f64, d: f64, e: f64): void {
  const wanted: StaticArray<f64> = [a, b, c, d, e];
  const places: StaticArray<usize> = [0, 4, 40, SECOND, SECOND + 4];
  for (let i = 0; i < 5; i++) expect<f64>(Math.abs(f64(-load<f32>(WEIGHTS + places[i])) - wanted[i])).toBeLessThan(5e-6);
  for (let i = 0; i < FLOATS; i++) if (!places.includes(i << 2)) expect<f32>(load<f32>(WEIGHTS + (i << 2))).toBe(0, "pads stay zero");
}

describe("update", () => {
  test("leaves alone what is short enough", () => {
    begin(12, 13.5, 17, Policy.stop);
    update(CONTROL);
    says(0, 0, 0);
    steps(3, 4, 12, 8, 6);
    expect<f64>(load<f64>(CONTROL, CONTROL_NORM)).toBe(Math.sqrt(269));
    expect<u32>(load<u32>(CONTROL, CONTROL_STATUS)).toBe(Status.updated);
    expect<u32>(load<u32>(CONTROL, CONTROL_UPDATES)).toBe(1);
  });
  test("cuts numbers, shortens parameters, shortens all", () => {
    begin(5, 0, 0, Policy.stop);
    update(CONTROL);
    says(3, 0, 0);
    steps(3, 4, 5, 5, 5);
    begin(0, 6.5, 0, Policy.stop);
    update(CONTROL);
    says(0, 2, 0);
    steps(1.5, 2, 6, 5.2, 3.9);
    begin(0, 11, 0, Policy.stop);
    update(CONTROL);
    says(0, 1, 0);
    steps((3.0 * 11) / 13, (4.0 * 11) / 13, (12.0 * 11) / 13, 8, 6);
    begin(0, 0, f32(Math.sqrt(269) / 2), Policy.stop);
    update(CONTROL);
    says(0, 0, 1);
    steps(1.5, 2, 6, 4, 3);
  });
  test("in that order, each on what the one before left", () => {
    // 12 and 8 are cut to 6, which leaves the lengths √61 and √72; at 5 each the whole is √50 long.
    begin(6, 5, 4, Policy.stop);
    update(CONTROL);
    says(2, 2, 1);
    const first = (5 / Math.sqrt(61)) * (4 / Math.sqrt(50));
    const second = (5 / Math.sqrt(72)) * (4 / Math.sqrt(50));
    steps(3 * first, 4 * first, 6 * first, 6 * second, 6 * second);
    expect<f64>(load<f64>(CONTROL, CONTROL_NORM)).toBe(Math.sqrt(269), "the length before clipping");
    // Long enough at first, no longer once the numbers are cut.
    begin(1, 2.4, 2.4, Policy.stop);
    update(CONTROL);
    says(5, 0, 0);
    steps(1, 1, 1, 1, 1);
  });
  test("does not clip what is not finite: nothing moves, or all by the given length", () => {
    begin(1, 1, 1, Policy.skip);
    store<f32>(GRADIENTS, Infinity, 4);
    update(CONTROL);
    says(0, 0, 0);
    steps(0, 0, 0, 0, 0);
    expect<u32>(load<u32>(CONTROL, CONTROL_STATUS)).toBe(Status.skipped);
    begin(1, 1, 1, Policy.randomStep);
    store<f32>(GRADIENTS, f32.NaN, 4);
    update(CONTROL);
    says(0, 0, 0);
    expect<u32>(load<u32>(CONTROL, CONTROL_STATUS)).toBe(Status.randomStep);
    let squares: f64 = 0;
    for (let i = 0; i < FLOATS; i++) squares += f64(load<f32>(WEIGHTS + (i << 2))) ** 2;
    expect<f64>(Math.abs(Math.sqrt(squares) - 0.5)).toBeLessThan(1e-6);
    expect<u32>(load<u32>(CONTROL, CONTROL_UPDATES)).toBe(0);
  });
});
