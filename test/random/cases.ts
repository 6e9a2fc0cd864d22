// Seeded random cases: a definition and the lengths of what it is run on; and what is found of each, made as small as it fails.

import { Random } from "../reference/random.ts";
import { type Call, type Plain, print, shrink } from "./calls.ts";
import { Composer, define } from "./models.ts";
import { type Given, PROPERTIES } from "./properties.ts";

export interface RandomCase extends Given {
  readonly definition: Call;
}

/** 1 to 9 rows of 0 to 9 steps; half of the programs have room for more. */
export function caseOf(seed: number): RandomCase {
  const random = new Random(seed);
  const definition = new Composer(random).definition();
  const lengths = Array.from({ length: 1 + random.below(9) }, () => random.below(10));
  const room = random.next() < 0.5 ? { rows: 0, steps: 0 } : { rows: random.below(4), steps: random.below(4) };
  return { definition, lengths, room };
}

export interface Finding {
  /** "refused", or the property that does not hold. */
  readonly what: string;
  readonly error: Error;
}

/** null: all holds. A definition is refused with a sentence, and never otherwise. */
export async function judge({ definition: made, ...given }: RandomCase, names = Object.keys(PROPERTIES)): Promise<Finding | null> {
  let definition: ReturnType<typeof define>;
  try {
    definition = define(made);
  } catch (error) {
    const { name, message } = error as Error;
    const isSentence =
      (name === "TypeError" || name === "RangeError") && /^[a-z].*: .*[.)]$/s.test(message) && !message.startsWith("internal");
    return { what: isSentence ? "refused" : "definition", error: error as Error };
  }
  for (const name of names)
    try {
      await PROPERTIES[name](definition, given);
    } catch (error) {
      return { what: name, error: error as Error };
    }
  return null;
}

const isWhole = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0;
const isCase = ({ definition, lengths, room }: Partial<RandomCase>): boolean =>
  definition !== undefined &&
  Array.isArray(lengths) &&
  lengths.length > 0 &&
  lengths.every(isWhole) &&
  isWhole(room?.rows) &&
  isWhole(room.steps);

/** The smallest case found that fails as this one does. */
export const smallest = (given: RandomCase, what: string, tries = 400): Promise<RandomCase> =>
  shrink(
    given as RandomCase & { readonly [key: string]: Plain },
    async (less) =>
      isCase(less) &&
      (
        await judge(
          less,
          [what].filter((name) => name in PROPERTIES),
        )
      )?.what === what,
    tries,
  );

export const text = ({ definition, lengths, room }: RandomCase): string =>
  `${print(definition)}\nlengths ${lengths.join(", ")}, room for ${room.rows} rows and ${room.steps} steps more`;
