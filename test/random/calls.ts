// A definition as a tree of calls: plain data that can be made at random, printed as code, and made smaller.

export interface Call {
  readonly call: string;
  readonly with: readonly Plain[];
}
export type Plain = number | string | boolean | null | Call | readonly Plain[] | { readonly [key: string]: Plain };

export const call = (name: string, ...given: readonly Plain[]): Call => ({ call: name, with: given });

const isList = (plain: Plain): plain is readonly Plain[] => Array.isArray(plain);
export const isCall = (plain: Plain): plain is Call => plain !== null && typeof plain === "object" && "call" in plain && "with" in plain;

/** What the calls give, the inner ones first. */
export function perform(plain: Plain, functions: Readonly<Record<string, (...given: never[]) => unknown>>): unknown {
  if (plain === null || typeof plain !== "object") return plain;
  if (isList(plain)) return plain.map((part) => perform(part, functions));
  if (isCall(plain)) return functions[plain.call](...(plain.with.map((part) => perform(part, functions)) as never[]));
  return Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, perform(value, functions)]));
}

/** The tree as the code that makes the same. */
export function print(plain: Plain): string {
  if (plain === null || typeof plain !== "object") return JSON.stringify(plain);
  if (isList(plain)) return `[${plain.map(print).join(", ")}]`;
  if (isCall(plain)) return `${plain.call}(${plain.with.map(print).join(", ")})`;
  return `{ ${Object.entries(plain)
    .map(([key, value]) => `${key}: ${print(value)}`)
    .join(", ")} }`;
}

/** Trees with one thing less: an element, an option, a wrapper, some of a number. Those that are smallest first. */
export function* smaller(plain: Plain): Generator<Plain, void, void> {
  if (typeof plain === "number") {
    if (Number.isInteger(plain) && plain > 0)
      yield* new Set([0, 1, 2, Math.floor(plain / 2), plain - 1].filter((n) => n >= 0 && n < plain));
    return;
  }
  if (plain === null || typeof plain !== "object") return;
  if (isList(plain)) {
    for (const [i, part] of plain.entries()) {
      yield [...plain.slice(0, i), ...plain.slice(i + 1)];
      // What is wrapped, without its wrapper.
      if (isCall(part))
        for (const inner of part.with)
          if (isList(inner) || isCall(inner)) yield [...plain.slice(0, i), ...(isList(inner) ? inner : [inner]), ...plain.slice(i + 1)];
    }
    for (const [i, part] of plain.entries()) for (const less of smaller(part)) yield [...plain.slice(0, i), less, ...plain.slice(i + 1)];
    return;
  }
  if (isCall(plain)) {
    for (const less of smaller(plain.with)) yield { call: plain.call, with: less as readonly Plain[] };
    return;
  }
  for (const [key, value] of Object.entries(plain)) {
    const { [key]: _, ...others } = plain;
    yield others;
    for (const less of smaller(value)) yield { ...plain, [key]: less };
  }
}

/** The smallest tree found, within so many tries, of which `fails` still says true. */
export async function shrink<P extends Plain>(plain: P, fails: (plain: P) => Promise<boolean>, tries: number): Promise<P> {
  let smallest = plain;
  for (let found = true; found; ) {
    found = false;
    for (const less of smaller(smallest) as Generator<P>) {
      if (tries-- <= 0) return smallest;
      if (!(await fails(less))) continue;
      smallest = less;
      found = true;
      break;
    }
  }
  return smallest;
}
