// The tests' own small generator: the same numbers on every machine, and none of the engine's code.

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1013904223) >>> 0;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** Between 0 and 1: a multiplicative generator with a xor-shift of its state. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
    x = Math.imul(x ^ (x >>> 12), 0x297a2d39);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32;
  }

  /** Between low and high, rounded to f32, so that engine and reference see the same number. */
  between(low: number, high: number): number {
    return Math.fround(low + (high - low) * this.next());
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  numbers(length: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length }, () => this.between(low, high));
  }

  symbols(length: number, n: number): Int32Array {
    return Int32Array.from({ length }, () => this.below(n));
  }
}
