// Pictures as files: in a folder that is there, under names of our own, each written whole or not at all.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Network } from "../index.ts";
import { dot, folded, mermaid, unfolded } from "../picture/index.ts";
import { writeAtomically } from "./atomic.ts";
import { Failure, fileFailure } from "./failure.ts";

export interface PictureFile {
  readonly name: string;
  readonly text: string;
}

/** Steps of the unfolded graph: enough for one within, and both ends. */
const STEPS = 4;

/** Says before any work whether pictures can be written there. @throws Failure */
export async function checkFolder(path: string): Promise<void> {
  const status = await stat(path).catch((error) => {
    const failure = fileFailure(path, error);
    throw failure instanceof Failure && error.code === "ENOENT"
      ? new Failure(`${failure.message} Make it first: mkdir -p ${path}`)
      : failure;
  });
  if (!status.isDirectory()) throw new Failure(`${path} is not a folder. Name a folder for the pictures.`);
}

/** Writes files into a folder; of what is there, only files of these names are replaced. @throws Failure */
export async function writePictures(folder: string, files: readonly PictureFile[]): Promise<void> {
  for (const { name, text } of files) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => null);
    if (status !== null && !status.isFile())
      throw new Failure(`${path} is no ordinary file, so it will not be overwritten. Choose another folder.`);
    await writeAtomically(path, new TextEncoder().encode(text));
  }
}

/** The graph of a model: folded, unfolded with the gradient's way, and as text. */
export function graphsOf({ definition }: Network): PictureFile[] {
  return [
    { name: "folded.svg", text: folded(definition) },
    { name: "unfolded.svg", text: unfolded(definition, STEPS, { gradient: true }) },
    { name: "graph.dot", text: dot(definition) },
    { name: "graph.mmd", text: mermaid(definition) },
  ];
}
