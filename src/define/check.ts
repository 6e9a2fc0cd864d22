// Checks of what a user gives, each returning its argument or throwing a sentence with the place, both numbers and the next step.

import { isSeed } from "../graph/initializer.ts";

/** A size: a whole number of 1 or more. */
export function checkSize(place: string, size: number): number {
  if (typeof size !== "number") throw new TypeError(`${place} must be a number but is ${describe(size)}.`);
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`${place} must be a whole number of 1 or more but is ${size}.`);
  if (size > 2 ** 24) throw new RangeError(`${place} is ${size} but can be at most ${2 ** 24}.`);
  return size;
}

/** The largest number of f32: what the kernels are given must not be beyond it. */
export const LARGEST = 3.4028234663852886e38;

/** What decides all that is random. */
export function checkSeed(place: string, seed: number): number {
  if (!isSeed(seed)) throw new RangeError(`${place}: seed must be a whole number from 0 to ${2 ** 32 - 1} but is ${describe(seed)}.`);
  return seed;
}

/** A finite number within [low, high]; an open end is written with `above` or `below`. */
export function checkNumber(place: string, number: number, low = -Infinity, high = Infinity): number {
  if (typeof number !== "number" || !Number.isFinite(number))
    throw new TypeError(`${place} must be a finite number but is ${describe(number)}.`);
  if (number < low || number > high) {
    // That a number must fit into f32 is said only to those which do not.
    const [below, above] = [number > high && (low === -Infinity || high === LARGEST), number < low && high >= LARGEST];
    throw new RangeError(
      `${place} is ${number} but must be ${below ? `at most ${high}` : above ? `at least ${low}` : `between ${low} and ${high}`}.`,
    );
  }
  return number;
}

export function checkName(place: string, name: string): string {
  if (typeof name !== "string" || name === "")
    throw new TypeError(`${place}: the name must be a text that is not empty but is ${describe(name)}.`);
  if (name.includes("/"))
    throw new TypeError(`${place}: the name "${name}" contains a "/", which separates the parts of a parameter's path. Leave it out.`);
  return name;
}

/** Layers that one thing is made of: at least one. */
export function checkStack(place: string, layers: unknown): void {
  if (!Array.isArray(layers) || layers.length === 0)
    throw new TypeError(`${place} must be a list of at least one layer but is ${describe(layers)}.`);
}

/** An options object without unknown names. */
export function checkOptions<T extends object>(place: string, options: T, known: readonly string[]): T {
  if (options === null || typeof options !== "object")
    throw new TypeError(`${place}: options must be an object { ${known.join(", ")} } but are ${describe(options)}.`);
  for (const key of Object.keys(options))
    if (!known.includes(key))
      throw new TypeError(`${place}: there is no option "${key}". ${nearest(key, known)}The options are: ${known.join(", ")}.`);
  return options;
}

/** true or false. */
export function checkFlag(place: string, flag: boolean): boolean {
  if (typeof flag !== "boolean") throw new TypeError(`${place} must be true or false but is ${describe(flag)}.`);
  return flag;
}

/** One of a few words. */
export function checkChoice<T extends string>(place: string, choice: T, choices: readonly T[]): T {
  if (!choices.includes(choice))
    throw new TypeError(`${place} must be one of ${choices.map((word) => `"${word}"`).join(", ")} but is ${describe(choice)}.`);
  return choice;
}

function nearest(word: string, known: readonly string[]): string {
  const same = known.find(
    (candidate) => candidate.toLowerCase() === word.toLowerCase() || candidate.startsWith(word) || word.startsWith(candidate),
  );
  return same === undefined ? "" : `Did you mean "${same}"? `;
}

/** A value as a person would name it in a sentence. */
export function describe(value: unknown): string {
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "function") return "a function";
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === null || typeof value !== "object") return String(value);
  // A generator's constructor has no name.
  const name = value.constructor?.name || String((value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] ?? "Object");
  return name === "Object" ? "an object" : `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}
