// A symbol drawn from logits: with a temperature, from the most likely few, or simply the most likely; and how likely it was.
import { exp } from "../math/exp";
import { logOf } from "../math/log";
import { firstLanes } from "./lanes";
import { sumOfExponentials } from "./loss";
import { rowMaximum } from "./softmax";

// scratch, 8 bytes for each element of the padded row:
//
//   ┌──────────────────────────┬──────────────────────────┐
//   │ weights  f32 × padded    │ order  i32 × padded      │   padded = width rounded up to 8
//   └──────────────────────────┴──────────────────────────┘

/** a comes before b: the larger logit, and of equals the lower index. */
function precedes(x: usize, a: i32, b: i32): bool {
  const first = load<f32>(x + (a << 2));
  const second = load<f32>(x + (b << 2));
  return first > second || (first === second && a < b);
}

/** Lets the entry at `place` of the heap `order` sink to where it precedes both its children. */
function sink(order: usize, place: i32, size: i32, x: usize): void {
  const entry = load<i32>(order + (place << 2));
  for (let child = 2 * place + 1; child < size; child = 2 * place + 1) {
    if (child + 1 < size && precedes(x, load<i32>(order + (child << 2), 4), load<i32>(order + (child << 2)))) child++;
    const candidate = load<i32>(order + (child << 2));
    if (!precedes(x, candidate, entry)) break;
    store<i32>(order + (place << 2), candidate);
    place = child;
  }
  store<i32>(order + (place << 2), entry);
}

/** Takes the first of the heap away, and leaves it behind the others. */
function take(order: usize, size: i32, x: usize): i32 {
  const first = load<i32>(order);
  store<i32>(order, load<i32>(order + ((size - 1) << 2)));
  store<i32>(order + ((size - 1) << 2), first);
  sink(order, 0, size - 1, x);
  return first;
}

/** All of a row as a heap: the first is the one that precedes all others. */
function heap(order: usize, width: i32, x: usize): void {
  for (let i = 0; i < width; i++) store<i32>(order + (i << 2), i);
  for (let place = (width >> 1) - 1; place >= 0; place--) sink(order, place, width, x);
}

/** The last in order (by logit, then by index) of those that top-k, then top-p of these, keep. */
function lastKept(order: usize, weights: usize, x: usize, width: i32, topK: i32, topP: f32): i32 {
  heap(order, width, x);
  // Those taken from the heap stand behind it, the first of them last.
  const few = topK > 0 && topK < width;
  const candidates = few ? topK : width;
  let mass: f64 = 0;
  for (let k = 0; k < candidates; k++) mass += load<f32>(weights + ((few ? take(order, width - k, x) : k) << 2));
  if (topP >= 1) return load<i32>(order + ((width - topK) << 2));
  let symbol = 0;
  let reached: f64 = 0;
  for (let k = 1; k <= candidates && reached < topP * mass; k++) {
    symbol = few ? load<i32>(order + ((width - k) << 2)) : take(order, width - k + 1, x);
    reached += load<f32>(weights + (symbol << 2));
  }
  return symbol;
}

/**
 * i with probability softmax(x / temperature)[i], x: width logits, among the symbols that are left by
 * topK: the K largest logits (0: all), then topP: the smallest set of the largest whose share of the probability is ≥ topP (1: all), and
 * then minP: those whose probability is ≥ minP times the largest (0: all).
 * Of equal logits the lower index is the larger. The symbols that are left divide [0, 1) in the order of their indices, so the answer
 * is a function of the arguments; uniform, from [0, 1), is all its randomness. temperature 0: the first largest logit.
 * −1 where there is no distribution: a logit is NaN or +∞, or all are −∞. scratch: 8 bytes × width rounded up to 8.
 */
export function draw(x: usize, width: i32, temperature: f32, topK: i32, topP: f32, minP: f32, uniform: f64, scratch: usize): i32 {
  assert(width > 0, "there is a symbol to draw");
  assert(temperature >= 0, "a temperature is not negative");
  assert(topK >= 0, "top-k is not negative");
  assert(topP > 0 && topP <= 1, "top-p is more than 0 and at most 1");
  assert(minP >= 0 && minP < 1, "min-p is at least 0 and less than 1");
  assert(uniform >= 0 && uniform < 1, "uniform is from [0, 1)");
  const largest = rowMaximum(x, width);
  if (!(abs(largest) <= f32.MAX_VALUE)) return -1;
  if (temperature === 0 || topK === 1) {
    let i = 0;
    while (load<f32>(x + (i << 2)) !== largest) i++;
    return i;
  }
  const weights = scratch;
  for (let i = 0; i < width; i += 4) {
    const share = f32x4.div(f32x4.sub(v128.load(x + (i << 2)), f32x4.splat(largest)), f32x4.splat(temperature));
    v128.store(weights + (i << 2), v128.and(exp(share), firstLanes(width - i)));
  }
  if ((topK > 0 && topK < width) || topP < 1) {
    const last = lastKept(scratch + (((width + 7) & -8) << 2), weights, x, width, topK, topP);
    for (let i = 0; i < width; i++) if (precedes(x, last, i)) store<f32>(weights + (i << 2), 0);
  }
  // The largest has the weight 1.
  if (minP > 0) for (let i = 0; i < width; i++) if (load<f32>(weights + (i << 2)) < minP) store<f32>(weights + (i << 2), 0);
  let mass: f64 = 0;
  for (let i = 0; i < width; i++) mass += load<f32>(weights + (i << 2));
  const target = uniform * mass;
  let reached: f64 = 0;
  let symbol = 0;
  for (let i = 0; i < width && reached <= target; i++) {
    const weight = load<f32>(weights + (i << 2));
    if (weight === 0) continue;
    reached += weight;
    symbol = i;
  }
  return symbol;
}

/**
 * y = x, but for those of `symbols` (count × i32, any number of times): there x / penalty where x is positive, x · penalty where it is not, so
 * that a penalty above 1 makes them less likely (Keskar et al. 2019). y must not be x.
 */
export function penalize(y: usize, x: usize, width: i32, symbols: usize, count: i32, penalty: f32): void {
  assert(y !== x, "what is penalized twice is read twice");
  assert(penalty > 0, "a penalty is positive");
  memory.copy(y, x, (<usize>width) << 2);
  for (let i = 0; i < count; i++) {
    const symbol = load<i32>(symbols + (i << 2));
    assert(symbol >= 0 && symbol < width, "a symbol is one of the row's");
    const logit = load<f32>(x + (symbol << 2));
    store<f32>(y + (symbol << 2), logit > 0 ? logit / penalty : logit * penalty);
  }
}

/** log Σ exp(x[i]) of a row of logits; NaN where one is NaN. The logarithm is of f32, as in the loss. */
function logNormalizer(x: usize, width: i32): f64 {
  const largest = rowMaximum(x, width);
  return <f64>logOf(<f32>sumOfExponentials(x, largest, width)) + <f64>largest;
}

/** log softmax(x)[symbol], x: width logits. */
export function logProbability(x: usize, width: i32, symbol: i32): f64 {
  assert(symbol >= 0 && symbol < width, "a symbol is one of the row's");
  return <f64>load<f32>(x + (symbol << 2)) - logNormalizer(x, width);
}

/**
 * The `count` most likely symbols of softmax(x) (i32 each) in their order (of equal ones the lower index first), and the logarithms of their
 * probabilities (f64 each). False where there is no distribution, as `draw` says. scratch: 4 bytes × width.
 */
export function likeliest(symbols: usize, logProbabilities: usize, x: usize, width: i32, count: i32, scratch: usize): bool {
  assert(count > 0 && count <= width, "there are as many symbols as are asked for");
  if (!(abs(rowMaximum(x, width)) <= f32.MAX_VALUE)) return false;
  const normalizer = logNormalizer(x, width);
  heap(scratch, width, x);
  for (let k = 0; k < count; k++) {
    const symbol = take(scratch, width - k, x);
    store<i32>(symbols + (k << 2), symbol);
    store<f64>(logProbabilities + (k << 3), <f64>load<f32>(x + (symbol << 2)) - normalizer);
  }
  return true;
}
