// The Node versions that the package is proved on: this one, those installed beside the project, and those that npm can give.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./consumer.ts";

const MAJORS = [20, 22, 24, 26] as const;

export interface NodeVersion {
  readonly major: number;
  /** The program, or null where it could not be had. */
  readonly program: string | null;
  /** Why there is none. */
  readonly reason: string;
}

const own = Number(process.versions.node.split(".")[0]);
const folder = join(root, "build/nodes");
const program = (major: number): string => (major === own ? process.execPath : join(folder, `node_modules/node${major}/bin/node`));

/** Finds every version, and installs into build/nodes what is missing: npm has Node itself as packages of binaries. */
export function findNodes(): NodeVersion[] {
  const here = process.platform === "linux" && ["x64", "arm64"].includes(process.arch);
  if (here && MAJORS.some((major) => !existsSync(program(major)))) {
    mkdirSync(folder, { recursive: true });
    // All of them at once: npm removes from the folder what it is not asked for.
    const wanted = MAJORS.filter((major) => major !== own).map((major) => `node${major}@npm:node-linux-${process.arch}@${major}`);
    const options = ["--no-save", "--no-audit", "--no-fund", "--fetch-retries=1", "--prefix", folder];
    spawnSync("npm", ["install", ...options, ...wanted], { stdio: "ignore", timeout: 180_000 });
  }
  const reason = here ? "npm could not install it" : "npm has it for Linux only";
  return MAJORS.map((major) =>
    existsSync(program(major)) ? { major, program: program(major), reason: "" } : { major, program: null, reason },
  );
}
