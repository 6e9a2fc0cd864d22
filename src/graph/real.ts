// Numbers that are written into a graph: finite, and finite still when they are rounded to f32.

/** @throws TypeError with the name of the word that was given something else. */
export function real(name: string, number: number): number {
  if (typeof number !== "number" || !Number.isFinite(Math.fround(number)))
    throw new TypeError(`${name}() needs a number that is finite as f32 but got ${String(number)}.`);
  return number;
}
