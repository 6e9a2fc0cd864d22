// Trains a character network on this package's own source text and shows what it writes. Builds first if that has not been done.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = "dist/cli/unrolled.js";
const model = "build/own-source.unrolled";

if (!existsSync(join(root, command)) || !existsSync(join(root, "dist/src/index.js"))) {
  process.stdout.write("Building, which is needed once…\n\n");
  const { status } = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** The binaries as text are no text to learn from. */
const files = ["src", "assembly"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts") && !name.endsWith("binaries.ts"))
    .sort(),
);

mkdirSync(join(root, "build"), { recursive: true });
const options = ["--batch", "16", "--rate", "4e-3", "--epochs", "8", "--time", "50", "--sample-every", "10", "-o", model];
process.stdout.write("A recurrent network learns to write like this package's own source text.\n\n");
const training = spawn(process.execPath, [join(root, command), "train", ...files, ...options], { cwd: root, stdio: "inherit" });

// Told to stop, the training saves its model; this process waits for that.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => training.kill(signal));

training.on("exit", (code) => {
  if (code === 0)
    process.stdout.write(`
What to try next

  node ${command} sample ${model} -p "function " -t 0.6
  node ${command} show ${model}
  node ${command} train YOUR-TEXT.txt --hidden 256 --epochs 20
  node ${command} train --help
`);
  process.exit(code ?? 1);
});
