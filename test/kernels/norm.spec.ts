// Clipping by value and scaling, with NaN, infinities and counts of elements.

import { clipByValue, scaleBlock } from "../../assembly/kernels/norm";

const G: usize = memory.data(1 << 12, 64);

describe("norm", () => {
  test("clips what is beyond the limit, counts it, and leaves NaN", () => {
    for (let i = 0; i < 24; i++) store<f32>(G + (i << 2), f32(i) - 12);
    store<f32>(G, f32.NaN);
    store<f32>(G, Infinity, 4);
    store<f32>(G, -Infinity, 8);
    store<u32>(G, 0x80000000, 12);
    // Left: −8 … 11, of which −8 … −5 and 5 … 11 are beyond 4.5, and the two infinities.
    expect<i32>(clipByValue(G, 24, 4.5)).toBe(13);
    expect<f32>(load<f32>(G)).toBeNaN();
    expect<f32>(load<f32>(G, 4)).toBe(4.5);
    expect<f32>(load<f32>(G, 8)).toBe(-4.5);
    expect<u32>(load<u32>(G, 12)).toBe(0x80000000);
    for (let i = 4; i < 24; i++) expect<f32>(load<f32>(G + (i << 2))).toBe(max(min(f32(i) - 12, 4.5), -4.5));
    expect<i32>(clipByValue(G, 24, 4.5)).toBe(0);
    expect<i32>(clipByValue(G, 0, 0)).toBe(0);
  });
  test("scales exactly its block", () => {
    for (let i = 0; i < 24; i++) store<f32>(G + (i << 2), f32(i));
    scaleBlock(G, 16, 0.5);
    for (let i = 0; i < 24; i++) expect<f32>(load<f32>(G + (i << 2))).toBe(i < 16 ? f32(i) / 2 : f32(i));
  });
  test("has contracts", () => {
    expect(() => {
      clipByValue(G, 12, 1);
    }).toThrow("not whole rows");
    expect(() => {
      clipByValue(G, 8, -1);
    }).toThrow("negative limit");
    expect(() => {
      scaleBlock(G, -8, 1);
    }).toThrow("negative count");
  });
});
