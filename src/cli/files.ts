// Model files: opened with sentences for everything that may be wrong with them, and the check that one can be written.

import { open as openFile, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Network, open } from "../index.ts";
import { Failure, fileFailure } from "./failure.ts";

/** @throws Failure for a path that is no model, or a damaged one */
export async function openModel(path: string, options: { readonly strict?: boolean } = {}): Promise<Network> {
  const bytes = await readFile(path).catch((error) => {
    throw fileFailure(path, error);
  });
  try {
    return await open(bytes, { strict: options.strict ?? false });
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw new Failure(`${path}: ${error.message.replace(/^open: /, "")}`);
    throw error;
  }
}

/** Says before any work whether a model can be written there: not over a folder, nor over a file that is no model. @throws Failure */
export async function checkTarget(path: string): Promise<void> {
  const folder = dirname(path);
  const around = await stat(folder).catch((error) => {
    throw fileFailure(folder, error);
  });
  if (!around.isDirectory()) throw new Failure(`${folder} is not a folder, so ${path} cannot be written.`);
  const status = await stat(path).catch(() => null);
  if (status === null) return;
  if (status.isDirectory()) throw new Failure(`${path} is a folder. Name a file in it: -o ${path.replace(/\/$/, "")}/model.unrolled.`);
  // A device or a pipe would be replaced by a file of its name.
  if (!status.isFile()) throw new Failure(`${path} is no ordinary file. Choose another name with -o.`);
  if (status.size === 0) return;
  const file = await openFile(path).catch((error) => {
    throw fileFailure(path, error);
  });
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    if (buffer.toString("latin1") !== "unrolled")
      throw new Failure(`${path} exists and is no model, so it will not be overwritten. Choose another name with -o.`);
  } finally {
    await file.close();
  }
}
