// The package as others get it: packed by npm, and installed from the tarball into an empty folder.

import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A folder into which the package has been installed. */
export interface Consumer {
  readonly folder: string;
  /** Paths of the tarball's files, as npm lists them. */
  readonly files: readonly string[];
}

/** Runs a program to its end and returns what it wrote. @throws Error with everything it wrote if it fails. */
export function run(program: string, args: readonly string[], folder: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: "utf8", timeout: 120_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status ?? error}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Packs what is in dist/ and installs it; the echo task of test/support is laid beside it. No registry is asked. */
export function installPackage(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-consumer-"));
  const [{ filename, files }] = JSON.parse(run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root)) as [
    { filename: string; files: { path: string }[] },
  ];
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", `./${filename}`], folder);
  for (const name of ["echo.mjs", "page.mjs", "index.html"]) copyFileSync(join(root, "test/support", name), join(folder, name));
  mkdirSync(join(folder, "output"));
  return { folder, files: files.map(({ path }) => path) };
}

export const removeConsumer = ({ folder }: Consumer): void => rmSync(folder, { recursive: true, force: true });
