// Runs npm: the machine's own, not an old one that some dependency has put into node_modules/.bin.
import { spawnSync } from "node:child_process";
import { delimiter } from "node:path";

/** What npm printed. @throws Error with npm's own words if it fails. */
export function npm(args, cwd) {
  const PATH = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter);
  // Settings of an outer npm (a prefix, a dry run) are not meant for this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
  const result = spawnSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    encoding: "utf8",
    env: { ...env, PATH },
  });
  if (result.status !== 0) throw new Error(`npm ${args.join(" ")} failed: ${result.error ?? result.stderr}`);
  return result.stdout;
}
