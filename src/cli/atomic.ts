// A file is written whole or not at all: into a temporary file beside it, onto the disk, then renamed over it.

import { open, realpath, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileFailure } from "./failure.ts";

/** Replaces the file at `path`. Whatever goes wrong, what was there before stays as it was. @throws Failure */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  // A link stays: what it leads to is replaced.
  const place = await realpath(path).catch(() => path);
  const temporary = join(dirname(place), `.${basename(place)}.${process.pid}.part`);
  let begun = false;
  try {
    const file = await open(temporary, "w");
    begun = true;
    try {
      await file.writeFile(bytes);
      // Without this, a power cut could leave the new name on an empty file.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, place);
  } catch (error) {
    if (begun) await unlink(temporary).catch(() => undefined);
    throw fileFailure(path, error);
  }
}
