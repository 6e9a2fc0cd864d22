// Normal equations against plain sums, the factor against what it multiplies to, the inverse's diagonal against solving for it.

import { addSquare, factor, gatherPanels, inverseDiagonal } from "../../assembly/kernels/ridge";

const BASE: usize = memory.data(1 << 20, 64);
const X: usize = BASE;
const LIST: usize = BASE + (2 << 16);
const PANELS: usize = BASE + (3 << 16);
const G: usize = BASE + (6 << 16);
const U: usize = BASE + (9 << 16);
const LIMITS: usize = BASE + (12 << 16);
const INVERSE: usize = BASE + (13 << 16);

/** Rows of x, of which the list takes every second. */
const ROWS = 200;

function x(row: i32, column: i32): f32 {
  return <f32>((row * 37 + column * column * 11 + ((row * column) % 7) * 5) % 23) / 8 - 1;
}

/** G of `features` features, a column of ones (as another feature), and one target; `order` is padded. */
function prepare(features: i32, order: i32, columns: i32): void {
  const width = features + 1;
  const stride = ((width + 7) & -8) << 2;
  for (let r = 0; r < ROWS; r++) {
    for (let c = 0; c < width; c++) store<f32>(X + r * stride + (c << 2), x(r, c));
    store<i32>(LIST + (r << 2), r * 2);
  }
  memory.fill(G, 0, columns * columns * 8);
  // In two blocks of 60 and 40 rows.
  for (let block = 0; block < 2; block++) {
    const count = block === 0 ? 60 : 40;
    memory.fill(PANELS, 0, columns * 60 * 8);
    gatherPanels(PANELS, 60, 0, X, stride, LIST + block * 240, count, features);
    gatherPanels(PANELS, 60, order, X + (features << 2), stride, LIST + block * 240, count, 1);
    addSquare(G, columns * 8, PANELS, 60, count, 0, columns, false);
  }
  for (let i = features; i < order; i++) store<f64>(G + (i * columns + i) * 8, 1);
}

function sum(a: i32, b: i32): f64 {
  let total: f64 = 0;
  for (let r = 0; r < 100; r++) total += <f64>x(2 * r, a) * <f64>x(2 * r, b);
  return total;
}

describe("ridge", () => {
  test("gathers Zᵀ·Z of the rows that are named", () => {
    for (let features = 1; features < 12; features++) {
      const order = (features + 3) & -4;
      const columns = order + 4;
      prepare(features, order, columns);
      let worst: f64 = 0;
      for (let i = 0; i < features; i++) {
        for (let j = i; j < features; j++) worst = max(worst, Math.abs(load<f64>(G + (i * columns + j) * 8) - sum(i, j)));
        worst = max(worst, Math.abs(load<f64>(G + (i * columns + order) * 8) - sum(i, features)));
      }
      // Products of these numbers, and sums of a hundred of them, are exact in f64.
      expect<f64>(worst).toBe(0);
    }
  });
  test("factors it, over blocks of 64 rows, and leaves what the features do not explain", () => {
    for (let features = 1; features < 90; features += 11) {
      const order = (features + 3) & -4;
      const columns = order + 4;
      prepare(features, order, columns);
      for (let i = 0; i < features; i++) store<f64>(G + (i * columns + i) * 8, load<f64>(G + (i * columns + i) * 8) + 1);
      memory.copy(U, G, columns * columns * 8);
      memory.fill(LIMITS, 0, order * 8);
      expect<i32>(factor(U, columns * 8, order, columns, LIMITS, PANELS)).toBe(0);
      let worst: f64 = 0;
      for (let i = 0; i <= order; i++) {
        for (let j = i; j <= order; j++) {
          let product: f64 = i === order ? load<f64>(U + (i * columns + j) * 8) : 0;
          for (let k = 0; k <= min(i, order - 1); k++)
            product += load<f64>(U + (k * columns + i) * 8) * load<f64>(U + (k * columns + j) * 8);
          worst = max(worst, Math.abs(product - load<f64>(G + (i * columns + j) * 8)));
        }
      }
      // Sums of up to 100 squares below 8, each operation off by 2⁻⁵³ of at most 800.
      expect<f64>(worst).toBeLessThan(1e-10);
      inverseDiagonal(LIMITS, U, columns * 8, order, INVERSE);
      // The last diagonal element of the inverse is 1/u² of the last pivot.
      const last = load<f64>(U + ((order - 1) * columns + order - 1) * 8);
      expect<f64>(Math.abs(load<f64>(LIMITS + (order - 1) * 8) * last * last - 1)).toBeLessThan(1e-12);
      // Row 0 of U⁻¹ times U is (1, 0, 0 …).
      let off: f64 = 0;
      for (let j = 0; j < order; j++) {
        let product: f64 = 0;
        for (let k = 0; k <= j; k++) product += load<f64>(INVERSE + k * 8) * load<f64>(U + (k * columns + j) * 8);
        off = max(off, Math.abs(product - (j === 0 ? 1 : 0)));
      }
      expect<f64>(off).toBeLessThan(1e-12);
      let squares: f64 = 0;
      for (let j = 0; j < order; j++) squares += load<f64>(INVERSE + j * 8) * load<f64>(INVERSE + j * 8);
      expect<f64>(Math.abs(load<f64>(LIMITS) / squares - 1)).toBeLessThan(1e-14);
    }
  });
  test("names the pivot that is not above its limit", () => {
    prepare(8, 8, 12);
    // The sixth feature is the second.
    for (let i = 0; i < 12; i++) {
      const other = i < 2 ? load<f64>(G + (i * 12 + 1) * 8) : load<f64>(G + (12 + i) * 8);
      const place = i < 5 ? i * 12 + 5 : 60 + i;
      store<f64>(G + place * 8, i === 5 ? load<f64>(G + 13 * 8) : other);
    }
    for (let i = 0; i < 8; i++) store<f64>(LIMITS + i * 8, load<f64>(G + (i * 12 + i) * 8) * 1e-14);
    expect<i32>(factor(G, 96, 8, 12, LIMITS, PANELS)).toBe(6);
  });
});
