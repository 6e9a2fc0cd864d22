// exp, log, sigmoid, softplus and tanh: special values, ranges and symmetries, in every lane; rows give what single vectors give.

import { exp, expRow } from "../../assembly/math/exp";
import { log, logRow } from "../../assembly/math/log";
import { sigmoid, sigmoidRow } from "../../assembly/math/sigmoid";
import { softplus, softplusRow } from "../../assembly/math/softplus";
import { tanh, tanhRow } from "../../assembly/math/tanh";

const X: usize = memory.data(4096, 64);
const Y: usize = memory.data(4096, 64);
const KEPT: usize = memory.data(4096, 64);
const INF: f32 = Infinity;
const TINY: f32 = 1.401298464324817e-45;
const NORMAL: f32 = 1.1754943508222875e-38;
const LARGEST: f32 = 3.4028234663852886e38;

let seed: u32 = 1;

/** A vector of x and three other numbers, so that one lane's case does not decide for the others. */
function among(x: f32): v128 {
  return f32x4(0.5, x, 2.0, 1.0);
}

function lane(y: v128): f32 {
  return f32x4.extract_lane(y, 1);
}

/** Distance in units of the last place of `want`. */
function ulps(got: f32, want: f64): f64 {
  const exponent = max((reinterpret<i32>(<f32>Math.abs(want)) >> 23) - 127, -126);
  return Math.abs(<f64>got - want) / 2 ** (exponent - 23);
}

function vector(kind: i32, x: v128): v128 {
  if (kind === 0) return exp(x);
  if (kind === 1) return log(x);
  if (kind === 2) return sigmoid(x);
  if (kind === 3) return softplus(x);
  return tanh(x);
}

/** Every lane equal, or NaN in both. */
function same(a: v128, b: v128): bool {
  return i32x4.all_true(v128.or(i32x4.eq(a, b), v128.and(f32x4.ne(a, a), f32x4.ne(b, b))));
}

describe("exp", () => {
  test("special values", () => {
    expect<f32>(lane(exp(among(0)))).toBe(1);
    expect<f32>(lane(exp(among(-0.0)))).toBe(1);
    expect<f32>(lane(exp(among(TINY)))).toBe(1);
    expect<f32>(lane(exp(among(INF)))).toBe(INF);
    expect<f32>(lane(exp(among(-INF)))).toBe(0);
    expect<f32>(lane(exp(among(89)))).toBe(INF);
    expect<f32>(lane(exp(among(-104)))).toBe(0);
    expect<f32>(lane(exp(among(-LARGEST)))).toBe(0);
    expect(isNaN(lane(exp(among(f32.NaN))))).toBe(true);
  });

  test("the largest results and the subnormal ones", () => {
    expect(ulps(lane(exp(among(88.7))), Math.exp(<f64>(<f32>88.7)))).toBeLessThan(2);
    expect(ulps(lane(exp(among(-87.5))), Math.exp(-87.5))).toBeLessThan(2);
    expect(ulps(lane(exp(among(-100))), Math.exp(-100))).toBeLessThan(2);
    expect<f32>(lane(exp(among(-103.5)))).toBe(TINY);
  });
});

describe("log", () => {
  test("special values", () => {
    expect<f32>(lane(log(among(1)))).toBe(0);
    expect<f32>(lane(log(among(0)))).toBe(-INF);
    expect<f32>(lane(log(among(-0.0)))).toBe(-INF);
    expect<f32>(lane(log(among(INF)))).toBe(INF);
    expect(isNaN(lane(log(among(-1))))).toBe(true);
    expect(isNaN(lane(log(among(-INF))))).toBe(true);
    expect(isNaN(lane(log(among(-TINY))))).toBe(true);
    expect(isNaN(lane(log(among(f32.NaN))))).toBe(true);
  });

  test("subnormal, smallest normal and largest", () => {
    expect(ulps(lane(log(among(TINY))), Math.log(<f64>TINY))).toBeLessThan(2);
    expect(ulps(lane(log(among(NORMAL))), Math.log(<f64>NORMAL))).toBeLessThan(2);
    expect(ulps(lane(log(among(LARGEST))), Math.log(<f64>LARGEST))).toBeLessThan(2);
  });
});

describe("sigmoid", () => {
  test("special values", () => {
    expect<f32>(lane(sigmoid(among(0)))).toBe(0.5);
    expect<f32>(lane(sigmoid(among(-0.0)))).toBe(0.5);
    expect<f32>(lane(sigmoid(among(INF)))).toBe(1);
    expect<f32>(lane(sigmoid(among(-INF)))).toBe(0);
    expect<f32>(lane(sigmoid(among(LARGEST)))).toBe(1);
    expect<f32>(lane(sigmoid(among(18)))).toBe(1);
    expect<f32>(lane(sigmoid(among(-105)))).toBe(0);
    expect(isNaN(lane(sigmoid(among(f32.NaN))))).toBe(true);
  });

  test("a result that is subnormal", () => {
    expect(ulps(lane(sigmoid(among(-95))), Math.exp(-95))).toBeLessThan(2);
  });
});

describe("tanh", () => {
  test("special values", () => {
    expect<u32>(reinterpret<u32>(lane(tanh(among(0))))).toBe(0);
    expect<u32>(reinterpret<u32>(lane(tanh(among(-0.0))))).toBe(0x80000000);
    expect<f32>(lane(tanh(among(TINY)))).toBe(TINY);
    expect<f32>(lane(tanh(among(NORMAL)))).toBe(NORMAL);
    expect<f32>(lane(tanh(among(INF)))).toBe(1);
    expect<f32>(lane(tanh(among(-INF)))).toBe(-1);
    expect<f32>(lane(tanh(among(LARGEST)))).toBe(1);
    expect(isNaN(lane(tanh(among(f32.NaN))))).toBe(true);
  });

  test("odd to the bit, and never beyond 1", () => {
    for (let i = 0; i < 4000; i++) {
      const x: f32 = f32(i) / 256;
      const y = lane(tanh(among(x)));
      assert(y <= 1 && lane(tanh(among(-x))) === -y, "tanh(-x) = -tanh(x), |tanh| <= 1");
    }
  });
});

describe("softplus", () => {
  test("special values", () => {
    expect<f32>(lane(softplus(among(INF)))).toBe(INF);
    expect<f32>(lane(softplus(among(-INF)))).toBe(0);
    expect<f32>(lane(softplus(among(100)))).toBe(100);
    expect<f32>(lane(softplus(among(LARGEST)))).toBe(LARGEST);
    expect<f32>(lane(softplus(among(-104)))).toBe(0);
    expect(ulps(lane(softplus(among(0))), Math.log(2))).toBeLessThan(4);
    expect(ulps(lane(softplus(among(-95))), Math.exp(-95))).toBeLessThan(4);
    expect(isNaN(lane(softplus(among(f32.NaN))))).toBe(true);
  });
});

describe("all of them", () => {
  test("a sample against f64", () => {
    for (let i = 0; i < 20000; i++) {
      seed = seed * 1664525 + 1013904223;
      const x: f32 = f32(i32(seed) >> 8) / 262144;
      const d = <f64>x;
      assert(ulps(lane(exp(among(x))), Math.exp(d)) <= 2, "exp");
      assert(ulps(lane(log(among(abs(x)))), Math.log(Math.abs(d))) <= 2, "log");
      assert(ulps(lane(sigmoid(among(x))), 1 / (1 + Math.exp(-d))) <= 2, "sigmoid");
      assert(ulps(lane(tanh(among(x))), Math.tanh(d)) <= 2, "tanh");
      assert(ulps(lane(softplus(among(x))), Math.max(d, 0) + Math.log1p(Math.exp(-Math.abs(d)))) <= 4, "softplus");
    }
  });

  test("rows, apart and in place, give what vectors give; nothing beyond their end is touched", () => {
    for (let kind = 0; kind < 5; kind++) {
      for (let count: usize = 0; count <= 48; count += 4) {
        for (let place = 0; place < 2; place++) {
          for (let i: usize = 0; i < 64; i++) store<f32>(X + (i << 2), i % 7 === 3 ? f32.NaN : f32(i32(i) - 20) / 3);
          memory.fill(Y, 0x77, 256);
          const y = place === 0 ? Y : X;
          const after = load<u32>(y + (count << 2));
          memory.copy(KEPT, X, 256);
          const end = y + (count << 2);
          if (kind === 0) expRow(y, X, end);
          else if (kind === 1) logRow(y, X, end);
          else if (kind === 2) sigmoidRow(y, X, end);
          else if (kind === 3) softplusRow(y, X, end);
          else tanhRow(y, X, end);
          assert(load<u32>(end) === after, "the float after the end is as it was");
          for (let i: usize = 0; i < count << 2; i += 16) {
            assert(same(v128.load(y + i), vector(kind, v128.load(KEPT + i))), "a vector of the row");
          }
        }
      }
    }
  });
});
