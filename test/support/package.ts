// The package as users get it: packed, and installed in an empty folder.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm } from "../../scripts/npm.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Installed {
  readonly folder: string;
  /** Paths of all files of the tarball. */
  readonly files: readonly string[];
}

/** Packs what has been built (building it if there is nothing) and installs the tarball in a new folder, beside a copy of echo.mjs. */
export function install(): Installed {
  if (!existsSync(join(root, "dist/src/index.js"))) execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root });
  const target = join(root, "build/pack");
  mkdirSync(target, { recursive: true });
  const printed = npm(["pack", "--json", "--pack-destination", target], root);
  const [{ filename, files }] = Object.values(JSON.parse(printed)) as { filename: string; files: { path: string }[] }[];
  const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
  writeFileSync(join(folder, "package.json"), '{ "name": "app", "private": true, "type": "module" }\n');
  npm(["install", join(target, filename)], folder);
  cpSync(join(root, "test/support/echo.mjs"), join(folder, "echo.mjs"));
  return { folder, files: files.map(({ path }) => path) };
}

/** What echo() tells. */
export interface Told {
  readonly digest: string;
  readonly accuracy: number;
  readonly binary: string;
  /** Milliseconds between turns of the event loop while it trained, sorted. */
  readonly gaps: readonly number[];
}

/** Runs the echo task in the installed package with some Node. */
export function echoWith(node: string, { folder }: Installed, strict: boolean): Told {
  const script = `import * as unrolled from "unrolled"; import { echo } from "./echo.mjs"; console.log(JSON.stringify(await echo(unrolled, { strict: ${strict} })));`;
  return JSON.parse(execFileSync(node, ["--input-type=module", "--eval", script], { cwd: folder, encoding: "utf8" }));
}
