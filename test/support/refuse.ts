// Bad input as rows of a table: what is done, which class of error it gets, and what its sentence must say.

import { expect, test } from "vitest";

/** What is done, the class of the error, and pieces of its sentence: the place, both numbers, the next step. */
export type Row<T> = readonly [
  what: string,
  act: (subject: T) => unknown,
  kind: typeof TypeError | typeof RangeError,
  ...parts: readonly string[],
];

/** Sentences that the JavaScript engine writes when nobody has checked: they name no place and no next step. */
const UNCHECKED =
  /Cannot (read|convert|destructure|mix|access)|is not (a function|iterable|a constructor)|undefined \(|Invalid (array|typed)|internal:/;

/** What an act throws, at once or later. */
export async function thrownBy(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  return undefined;
}

export function expectRefusal(error: unknown, kind: typeof TypeError | typeof RangeError, parts: readonly string[]): void {
  if (error === undefined) expect.fail("it was accepted");
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  expect((error as Error).constructor, message).toBe(kind);
  expect(message).not.toMatch(UNCHECKED);
  expect(message).toMatch(/^\S.*[.?]$/s);
  for (const part of parts) expect(message).toContain(part);
}

/** One test a row. */
export function refuses<T>(subject: () => T | Promise<T>, rows: readonly Row<T>[]): void {
  test.each(rows.map((row) => [row[0], row] as const))("%s", async (_, [, act, kind, ...parts]) => {
    const given = await subject();
    expectRefusal(await thrownBy(() => act(given)), kind, parts);
  });
}
