// The density of a row as a Gaussian or a mixture of several, and its gradient, against f64: odd counts, poisoned pads, far targets, small deviations, NaN.

import { mixture } from "../../assembly/kernels/mixture";
import { padded } from "./matrices";

const COMPONENTS: StaticArray<i32> = [0, 1, 2, 3, 5, 8, 9, 20];
const DIMENSIONS: StaticArray<i32> = [1, 2, 3, 7, 9];
const BASE: usize = memory.data(1 << 17, 64);
const X: usize = BASE;
const Y: usize = BASE + (1 << 15);
const DX: usize = BASE + (2 << 15);
const SCRATCH: usize = BASE + (3 << 15);
const ROWS = 3;
const FLOOR: f64 = 0.125;
const LOG_FLOOR: f32 = -2.0794415;

function at(base: usize, stride: i32, row: i32, column: i32): f64 {
  return <f64>load<f32>(base + row * stride + (column << 2));
}

/** Width of a row of x; no components: a Gaussian. */
function widthOf(components: i32, dimensions: i32): i32 {
  return components === 0 ? 2 * dimensions : components * (1 + 2 * dimensions);
}

/** Numbers from −2 to 2, targets from −1 to 1; pads are NaN. */
function fill(width: i32, dimensions: i32): void {
  for (let r = 0; r < ROWS; r++) {
    for (let i = 0; i < padded(width) >> 2; i++)
      store<f32>(X + r * padded(width) + (i << 2), i < width ? f32((r * 31 + i * 17) % 23) / 6 - 2 : f32.NaN);
    for (let i = 0; i < padded(dimensions) >> 2; i++)
      store<f32>(Y + r * padded(dimensions) + (i << 2), i < dimensions ? f32((r * 13 + i * 7) % 9) / 4 - 1 : f32.NaN);
  }
  memory.fill(SCRATCH, 0xff, 1 << 12);
  memory.fill(DX, 0x77, ROWS * padded(width));
}

/** log of component j's density at row r, its weight before normalisation included. */
function logOf(r: i32, j: i32, components: i32, dimensions: i32): f64 {
  const width = widthOf(components, dimensions);
  const first = components;
  const all = max(1, components) * dimensions;
  let sum: f64 = components === 0 ? 0 : at(X, padded(width), r, j);
  for (let i = 0; i < dimensions; i++) {
    const place = first + j * dimensions + i;
    const deviation = FLOOR + Math.exp(at(X, padded(width), r, place + all));
    const z = (at(Y, padded(dimensions), r, i) - at(X, padded(width), r, place)) / deviation;
    sum -= z * z * 0.5 + Math.log(deviation) + 0.5 * Math.log(2 * Math.PI);
  }
  return sum;
}

/** The largest error of a gradient, and of the sum, relative to 1 or the number itself. */
function largestError(components: i32, dimensions: i32, inPlace: bool): f64 {
  const width = widthOf(components, dimensions);
  const stride = padded(width);
  fill(width, dimensions);
  if (inPlace) memory.copy(DX, X, ROWS * stride);
  const share: f64 = 0.5;
  const x = inPlace ? DX : X;
  const sum = mixture(DX, stride, x, stride, Y, padded(dimensions), ROWS, width, dimensions, LOG_FLOOR, share, SCRATCH);
  const k = max(1, components);
  let worst: f64 = 0;
  let total: f64 = 0;
  for (let r = 0; r < ROWS; r++) {
    let mass: f64 = 0;
    let prior: f64 = 0;
    for (let j = 0; j < k; j++) {
      mass += Math.exp(logOf(r, j, components, dimensions));
      prior += components === 0 ? 1 : Math.exp(at(X, stride, r, j));
    }
    total -= Math.log(mass / prior);
    for (let j = 0; j < k; j++) {
      const gamma = Math.exp(logOf(r, j, components, dimensions)) / mass;
      if (components > 0) {
        const error = abs(at(DX, stride, r, j) - share * (Math.exp(at(X, stride, r, j)) / prior - gamma));
        worst = error <= worst ? worst : error;
      }
      for (let i = 0; i < dimensions; i++) {
        const mean = components + j * dimensions + i;
        const s = at(X, stride, r, mean + k * dimensions);
        const deviation = FLOOR + Math.exp(s);
        const z = (at(Y, padded(dimensions), r, i) - at(X, stride, r, mean)) / deviation;
        const toMean = (-share * gamma * z) / deviation;
        const toDeviation = (share * gamma * (1 - z * z) * Math.exp(s)) / deviation;
        let error = abs(at(DX, stride, r, mean) - toMean) / (1 + abs(toMean));
        worst = error <= worst ? worst : error;
        error = abs(at(DX, stride, r, mean + k * dimensions) - toDeviation) / (1 + abs(toDeviation));
        worst = error <= worst ? worst : error;
      }
    }
  }
  const error = abs(sum - total) / (1 + abs(total));
  return error <= worst ? worst : error;
}

describe("mixtures of Gaussians", () => {
  test("and their gradients, in place or not, and one Gaussian", () => {
    for (let c = 0; c < COMPONENTS.length; c++) {
      for (let d = 0; d < DIMENSIONS.length; d++) {
        // Exponents up to 300 in f64, of which differences up to 100 become f32: 100 · 2⁻²⁵ in the exponential, and a few roundings.
        expect<f64>(largestError(COMPONENTS[c], DIMENSIONS[d], false)).toBeLessThan(4e-6);
        expect<f64>(largestError(COMPONENTS[c], DIMENSIONS[d], true)).toBeLessThan(4e-6);
      }
    }
  });
  test("need no gradient, and write nothing beyond a row", () => {
    fill(10, 2);
    const sum = mixture(0, 0, X, 64, Y, 32, ROWS, 10, 2, LOG_FLOOR, 1, SCRATCH);
    expect<u32>(load<u32>(DX)).toBe(0x77777777);
    expect<f64>(mixture(DX, 64, X, 64, Y, 32, ROWS, 10, 2, LOG_FLOOR, 1, SCRATCH)).toBe(sum);
    for (let r = 0; r < ROWS; r++) for (let i = 10; i < 16; i++) expect<u32>(load<u32>(DX + (r << 6) + (i << 2))).toBe(0x77777777);
  });
  test("are finite for a target that is far from every component, and know which is nearest", () => {
    // Means 0 and 1, log deviations far below the floor of 2⁻³, logits 0; the target is 1e6.
    memory.fill(X, 0, 32);
    store<f32>(X, 1, 12);
    store<f32>(X, -1000, 16);
    store<f32>(X, -1000, 20);
    store<f32>(Y, 1e6);
    const sum = mixture(DX, 32, X, 32, Y, 32, 1, 6, 1, LOG_FLOOR, 1, SCRATCH);
    const z: f64 = (1e6 - 1) * 8;
    expect<bool>(abs(sum / (0.5 * z * z) - 1) < 1e-6).toBe(true);
    expect<f32>(load<f32>(DX)).toBe(0.5);
    expect<f32>(load<f32>(DX, 4)).toBe(-0.5);
    expect<f32>(load<f32>(DX, 8)).toBe(0);
    expect<bool>(abs(<f64>load<f32>(DX, 12) / (-8 * z) - 1) < 1e-6).toBe(true);
    // So far below the floor that the deviation does not move.
    expect<f32>(load<f32>(DX, 20)).toBe(0);
  });
  test("are finite for deviations beyond f32, and without a floor for those near nothing", () => {
    // One Gaussian: mean 0, log deviation 200, so z is 0.
    store<f32>(X, 0);
    store<f32>(X, 200, 4);
    store<f32>(Y, 1);
    expect<bool>(abs(mixture(DX, 32, X, 32, Y, 32, 1, 2, 1, LOG_FLOOR, 1, SCRATCH) - 200.91893853) < 1e-5).toBe(true);
    expect<f32>(load<f32>(DX)).toBe(0);
    expect<f32>(load<f32>(DX, 4)).toBe(1);
    // σ = e⁻²⁰ and the target on the mean.
    store<f32>(X, -20, 4);
    store<f32>(Y, 0);
    expect<bool>(abs(mixture(DX, 32, X, 32, Y, 32, 1, 2, 1, -Infinity, 1, SCRATCH) + 20 - 0.91893853) < 1e-5).toBe(true);
    expect<f32>(load<f32>(DX, 4)).toBe(1);
  });
  test("give a component that is out of the question no gradient, however far it is", () => {
    // Two components at 0 and 3e38, deviations 1 and 2⁻³: z² of the second is beyond f32.
    memory.fill(X, 0, 32);
    store<f32>(X, 3e38, 12);
    store<f32>(X, -1000, 20);
    store<f32>(Y, 0);
    mixture(DX, 32, X, 32, Y, 32, 1, 6, 1, LOG_FLOOR, 1, SCRATCH);
    expect<f32>(load<f32>(DX, 12)).toBe(0);
    expect<f32>(load<f32>(DX, 20)).toBe(0);
  });
  test("do not hide NaN", () => {
    for (let place = 0; place < 6; place++) {
      memory.fill(X, 0, 32);
      store<f32>(X + (place << 2), f32.NaN);
      store<f32>(Y, 0);
      expect<f64>(mixture(DX, 32, X, 32, Y, 32, 1, 6, 1, LOG_FLOOR, 1, SCRATCH)).toBeNaN();
    }
    memory.fill(X, 0, 32);
    store<f32>(Y, f32.NaN);
    expect<f64>(mixture(DX, 32, X, 32, Y, 32, 1, 6, 1, LOG_FLOOR, 1, SCRATCH)).toBeNaN();
  });
  test("have contracts", () => {
    expect(() => {
      mixture(DX, 32, X, 32, Y, 32, 1, 7, 1, LOG_FLOOR, 1, SCRATCH);
    }).toThrow("a width that is no number of components");
    expect(() => {
      mixture(DX, 32, X, 12, Y, 32, 1, 2, 1, LOG_FLOOR, 1, SCRATCH);
    }).toThrow("rows without pads");
  });
});
