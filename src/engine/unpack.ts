// The kernels as they are embedded: one binary for both kinds of SIMD, read from text, in which how a·b + c is computed is settled last.

import { DIGITS, FREQUENT, TEXT } from "./binaries.ts";

const NOTHING = [1, 1, 1];

/**
 * What comes where assembly/math/madd.ts leaves an instruction open, by the middle one of its three bytes: in two roundings, or in one, which takes the
 * place of the addition, after all three operands, and needs nothing between the second and the third.
 */
const SETTLED: Readonly<Record<number, readonly [plain: readonly number[], fused: readonly number[]]>> = {
  // i16x8.sub_sat_s: f32x4.mul
  146: [[253, 230, 1], NOTHING],
  // i16x8.sub_sat_u: f32x4.add or f32x4.relaxed_madd
  147: [
    [253, 228, 1],
    [253, 133, 2],
  ],
  // f64x2.pmin: f64x2.mul
  246: [[253, 242, 1], NOTHING],
  // f64x2.pmax: f64x2.add or f64x2.relaxed_madd
  247: [
    [253, 240, 1],
    [253, 135, 2],
  ],
};

/** Writes into a binary how it multiplies and adds: fused, as only an engine with relaxed SIMD can, or in two instructions. */
export function settle(bytes: Uint8Array, fused: boolean): void {
  for (let at = bytes.indexOf(253); at >= 0; at = bytes.indexOf(253, at + 1)) {
    const instruction = bytes[at + 2] === 1 && SETTLED[bytes[at + 1]]?.[Number(fused)];
    if (instruction) bytes.set(instruction, at);
  }
}

/** The embedded binary. Written for code that runs once, and so is never compiled: one look into a table a digit. */
export function unpack(fused: boolean): Uint8Array<ArrayBuffer> {
  const places = new Uint8Array(128);
  /** What a digit stands for alone, or −1 − what it adds to the digit behind it. */
  const values = new Int16Array(128);
  for (let place = 0; place < DIGITS.length; place++) places[DIGITS.charCodeAt(place)] = place;
  let byte = -1;
  for (let place = 0; place < DIGITS.length; place++) {
    const rest = place - FREQUENT.length;
    values[DIGITS.charCodeAt(place)] = rest < 0 ? (byte += places[FREQUENT.charCodeAt(place)] + 1) : -1 - rest * DIGITS.length;
  }
  // Not by TextEncoder, which audio worklets do not have.
  const bytes = new Uint8Array(TEXT.length);
  let length = 0;
  for (let at = 0; at < TEXT.length; at++) {
    const value = values[TEXT.charCodeAt(at)];
    bytes[length++] = value < 0 ? places[TEXT.charCodeAt(++at)] - value - 1 : value;
  }
  const binary = bytes.subarray(0, length);
  settle(binary, fused);
  return binary;
}
