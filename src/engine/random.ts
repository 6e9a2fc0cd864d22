// The project's own generator for what is decided outside the kernels: first weights, shuffling, draws. Same seed, same numbers, everywhere.

export interface Random {
  /** A number from [0, 1), a multiple of 2⁻³². */
  uniform(): number;
  /** A whole number from 0 to n − 1. */
  below(n: number): number;
  /** Fills a list with what `uniform` would give: many numbers at once take a fifth of the time where a program has just begun (measured). */
  fill(values: Float64Array): Float64Array;
}

/** splitmix32: spreads a seed over a state. */
function splitmix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
}

/** xoshiro128** (Blackman and Vigna 2018), seeded from a number and a text, so that each purpose has a sequence of its own. */
export function randomFrom(seed: number, purpose: string): Random {
  let hash = 0x811c9dc5;
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
  const spread = splitmix(seed ^ Math.imul(hash, 0x9e3779b1));
  const state = Int32Array.of(spread(), spread(), spread(), spread() | 1);
  const one = new Float64Array(1);
  const uniform = (): number => draw(state, one)[0];
  return { uniform, below: (n) => Math.floor(uniform() * n), fill: (values) => draw(state, values) };
}

function draw(state: Int32Array, values: Float64Array): Float64Array {
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  for (let i = 0; i < values.length; i++) {
    const product = Math.imul(b, 5);
    values[i] = (Math.imul((product << 7) | (product >>> 25), 9) >>> 0) / 4294967296;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
  return values;
}

/** Gaussian numbers of mean 0 and variance 1: the polar method (Marsaglia and Bray 1964), which gives them in pairs. */
export function normals(random: Random): () => number {
  let second: number | null = null;
  return () => {
    if (second !== null) {
      const kept = second;
      second = null;
      return kept;
    }
    for (;;) {
      const a = 2 * random.uniform() - 1;
      const b = 2 * random.uniform() - 1;
      const square = a * a + b * b;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      second = b * scale;
      return a * scale;
    }
  };
}

/** Puts a list into a random order, in place (Fisher and Yates). */
export function shuffle(order: Uint32Array, random: Random): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
}
