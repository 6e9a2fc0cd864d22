// The command line as it is shipped (dist/cli/unrolled.js): trains, resumes, samples, shows, stops in order, and says what is wrong in one sentence.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { alphabet, compile, crossEntropy, dense, features, model, open, rnn, tokens } from "../../src/index.ts";
import { readDrawing } from "../support/drawings.ts";

const command = fileURLToPath(new URL("../../dist/cli/unrolled.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A text with some structure, and characters of one to four bytes. */
const TEXT = Array.from({ length: 240 }, (_, i) => `${i % 7} times ${i % 5} is ${(i % 7) * (i % 5)}; naïve → 😀.\n`).join("");
const SMALL = ["--hidden", "8", "--batch", "4", "--steps", "16", "--strict"];
writeFileSync(join(folder, "text.txt"), TEXT);

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

const bytesOf = (name: string) => readFileSync(join(folder, name));

describe.skipIf(!existsSync(command))("the command line (needs `npm run build`)", () => {
  test("trains, samples and shows", async () => {
    const trained = run("train", "text.txt", ...SMALL, "--epochs", "3", "-o", "first.unrolled");
    expect(trained).toMatchObject({ status: 0, stderr: "" });
    expect(trained.stdout).toMatch(new RegExp(`1 file, ${[...TEXT].length.toLocaleString("en-US")} characters, `));
    expect(trained.stdout.match(/epoch +\d\.0 +step +\d+ +training \d\.\d{3} +held out \d\.\d{3} bits/g)).toHaveLength(3);
    expect(trained.stdout).toMatch(/saved +first\.unrolled \(.*\)\n +after \d+ steps/);
    using net = await open(bytesOf("first.unrolled"));
    expect(JSON.parse(net.note).characters).toBe(alphabet(TEXT).characters.join(""));

    const drawn = run("sample", "first.unrolled", "--prompt", "3 times → ", "--length", "50", "--seed", "4");
    expect(drawn).toMatchObject({ status: 0, stderr: "" });
    expect([...drawn.stdout]).toHaveLength(60);
    expect(drawn.stdout.startsWith("3 times → ")).toBe(true);
    expect(run("sample", "first.unrolled", "--prompt", "3 times → ", "--length", "50", "--seed", "4").stdout).toBe(drawn.stdout);
    expect(run("sample", "first.unrolled", "--greedy", "-n", "9", "--seed", "1").stdout).toBe(
      run("sample", "first.unrolled", "--top-k", "1", "-n", "9", "--seed", "2").stdout,
    );
    const greedy = run("sample", "first.unrolled", "--greedy", "-n", "30").stdout;
    expect(run("sample", "first.unrolled", "--beam", "1", "-n", "30").stdout).toBe(greedy);
    expect([...run("sample", "first.unrolled", "--beam", "4", "--length-penalty", "0", "-n", "30").stdout]).toHaveLength(30);
    expect(run("sample", "first.unrolled", "--min-p", "0.9999", "-n", "30", "--seed", "3").stdout).toBe(greedy);
    const penalized = (by: string): string => run("sample", "first.unrolled", "--repetition-penalty", by, "--greedy", "-n", "30").stdout;
    expect(penalized("1")).toBe(greedy);
    expect(penalized("2")).not.toBe(greedy);
    expect(run("sample", "first.unrolled", "--beam", "2", "-t", "0.5")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(/^unrolled: generate: beam .*temperature.*\n$/),
    });
    expect(run("sample", "first.unrolled", "--length-penalty", "1")).toMatchObject({ status: 2, stdout: "" });

    const shown = run("show", "first.unrolled");
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    for (const part of ["rnn(8)", "crossEntropy", "layer 1/rnn/wh", "8 × 8", "Plan to train", "lossGradient", "Plan to predict"])
      expect(shown.stdout).toContain(part);
  });

  test("other cells, one on the other", () => {
    expect(run("train", "text.txt", ...SMALL, "--cell", "lstm", "--layers", "2", "--epochs", "1", "-o", "cells.unrolled").status).toBe(0);
    const shown = run("show", "cells.unrolled").stdout;
    for (const part of ["lstm(8) ", "layer 2/lstm/wh", "8 × 32"]) expect(shown).toContain(part);
    expect(run("train", "text.txt", ...SMALL, "--cell", "gru", "--epochs", "1", "-o", "cells.unrolled").stdout).toContain("gru(8)");
  });

  describe("pairs", () => {
    const train = (...more: string[]) => {
      const { status, stdout, stderr } = run("train", "pairs.txt", ...more);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      return stdout;
    };
    writeFileSync(
      join(folder, "pairs.txt"),
      `${Array.from({ length: 60 }, (_, i) => `${i % 7} × ${i % 5}\t${(i % 7) * (i % 5)}!\tby heart`).join("\r\n")}\r\n\n`,
    );
    const small = ["--as", "pairs", "--hidden", "8", "--batch", "4", "--strict", "--attention", "--dropout", "0.2", "--epochs", "2"];

    test("are learned, shown and made", async () => {
      mkdirSync(join(folder, "pair pictures"));
      const stdout = train(...small, "-o", "pairs.unrolled", "--cell", "gru", "--plots", "pair pictures");
      // 60 times 5 characters before the tab, a mark behind it, and 75 digits.
      expect(stdout).toMatch(/pairs +1 file, 60 pairs, 435 characters, 12 different\n +6 pairs, spread over all, held out\n/);
      expect(stdout).toMatch(/network +gru\(8\) → dropout\(0\.2\) ⇒ gru\(8\) → dropout\(0\.2\) → attention\(\) → .* → dense\(13\)/);
      expect(stdout).toMatch(/training +2 epochs of 14 steps of 4 pairs of up to 5 characters a side/);
      expect(stdout.match(/ \| \d × \d → .*\n/g)?.length).toBeGreaterThan(0);
      expect(stdout).toMatch(/try +unrolled sample pairs\.unrolled --greedy --source '\d × \d'\n$/);
      const { texts } = readDrawing(String(bytesOf("pair pictures/gradient-flow.svg")));
      for (const label of ["encoder 1/gru/h", "decoder 1/gru/h", "character"]) expect(texts).toContain(label);

      using net = await open(bytesOf("pairs.unrolled"));
      const letters = alphabet(JSON.parse(net.note).characters);
      const source = letters.encode("3 × 4");
      const said = (options: object): string =>
        net
          .generateAll({ source, maximum: 400, ...options })
          .map(({ symbols }) => `${letters.decode(symbols)}\n`)
          .join("");
      const ask = (...options: string[]) => run("sample", "pairs.unrolled", "--source", "3 × 4", ...options).stdout;
      expect(ask("--greedy")).toBe(said({ greedy: true }));
      expect(ask("--beam", "3", "--samples", "2")).toBe(said({ beam: { width: 3 }, samples: 2 }));
      expect(ask("--seed", "5", "--samples", "3", "-t", "0.7", "--top-k", "4")).toBe(
        said({ seed: 5, samples: 3, temperature: 0.7, topK: 4 }),
      );

      const shown = run("show", "pairs.unrolled");
      expect(shown).toMatchObject({ status: 0, stderr: "" });
      for (const part of [
        "source    tokens(12)",
        "target    tokens(12), ended by endSymbol",
        "Plan to read a source",
        "Plan to write, a step at a time",
      ])
        expect(shown.stdout).toContain(part);
    });

    test("go on within an epoch to the same bytes", () => {
      train(...small, "-o", "whole-pairs.unrolled");
      train(...small, "-o", "part-pairs.unrolled", "--max-steps", "5");
      const { stdout } = run("train", "pairs.txt", "--resume", "part-pairs.unrolled", "--strict");
      expect(stdout).toMatch(/going on +after 5 steps\n/);
      expect(bytesOf("part-pairs.unrolled")).toEqual(bytesOf("whole-pairs.unrolled"));
    });
  });

  test("lines are written from nothing, each to its own end", () => {
    writeFileSync(join(folder, "lines.txt"), Array.from({ length: 50 }, (_, i) => `${"an".repeat(1 + (i % 3))}na`).join("\n"));
    const small = ["--as", "lines", "--hidden", "8", "--batch", "4", "--strict", "--rate", "0.02", "--epochs", "20"];
    const trained = run("train", "lines.txt", ...small, "-o", "lines.unrolled");
    expect(trained).toMatchObject({ status: 0, stderr: "" });
    expect(trained.stdout).toMatch(/lines +1 file, 50 lines, 298 characters, 2 different\n +5 lines, spread over all, held out\n/);
    expect(trained.stdout).toMatch(/training +20 epochs of 12 steps of 4 lines of up to 8 characters/);
    const draw = (...options: string[]): string[] => run("sample", "lines.unrolled", "--seed", "3", ...options).stdout.split("\n");
    const ten = draw();
    expect(ten).toHaveLength(10 + 1);
    for (const line of ten) expect(line).toMatch(/^[an]*$/);
    expect(draw("--samples", "2")).toEqual([...ten.slice(0, 2), ""]);
    expect(draw("--samples", "1")).toEqual([ten[0], ""]);
    // The likeliest is one, and here easy to find.
    expect(draw("--greedy")).toHaveLength(2);
    expect(run("sample", "lines.unrolled", "--beam", "4").stdout).toMatch(/^(an){1,3}na\n$/);
    expect(ten.filter((line) => /^(an){1,3}na$/.test(line)).length).toBeGreaterThan(5);
  });

  test("writes plain lines where there is no terminal", () => {
    const { stdout } = run("train", "text.txt", ...SMALL, "--epochs", "1", "-o", "plain.unrolled");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });

  test("looking, sampling and saving on the way change nothing", () => {
    const often = ["--sample-every", "0.001", "--evaluate-every", "0.001", "--save-every", "0.001", "--plots", "often"];
    mkdirSync(join(folder, "often"));
    run("train", "text.txt", ...SMALL, "--epochs", "2", "-o", "quiet.unrolled");
    run("train", "text.txt", ...SMALL, "--epochs", "2", "-o", "often.unrolled", ...often);
    expect(bytesOf("often.unrolled")).toEqual(bytesOf("quiet.unrolled"));
  });

  test("resumed at the end of an epoch gives the same bytes as not interrupted", () => {
    const whole = run("train", "text.txt", ...SMALL, "--epochs", "3", "--dropout", "0.2", "-o", "whole.unrolled");
    const steps = Number(whole.stdout.match(/epochs of (\d+) steps/)?.[1]);
    run("train", "text.txt", ...SMALL, "--epochs", "3", "--dropout", "0.2", "--max-steps", String(steps), "-o", "half.unrolled");
    expect(bytesOf("half.unrolled")).not.toEqual(bytesOf("whole.unrolled"));
    const { status, stdout } = run("train", "text.txt", "--resume", "half.unrolled", "--strict");
    expect(status).toBe(0);
    expect(stdout).toContain(`after ${steps} steps`);
    expect(bytesOf("half.unrolled")).toEqual(bytesOf("whole.unrolled"));
    expect(run("train", "text.txt", "--resume", "half.unrolled")).toMatchObject({
      status: 1,
      stderr: "unrolled: half.unrolled has made its 3 epochs. Use --epochs 13 to go on.\n",
    });
  });

  test("resumed within an epoch, with the states of the window where it was, it gives the same bytes, too", () => {
    run("train", "text.txt", ...SMALL, "--epochs", "2", "-o", "whole-two.unrolled");
    run("train", "text.txt", ...SMALL, "--epochs", "2", "--max-steps", "5", "-o", "within.unrolled");
    const { stdout } = run("train", "text.txt", "--resume", "within.unrolled", "--strict");
    const steps = Number(stdout.match(/epochs of (\d+) steps/)?.[1]);
    expect(stdout).toMatch(new RegExp(`saved .*\\n +after ${2 * steps} steps`));
    expect(bytesOf("within.unrolled")).toEqual(bytesOf("whole-two.unrolled"));
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s ends the running step, saves and leaves nothing else", async (signal) => {
    const name = `${signal}.unrolled`;
    mkdirSync(join(folder, signal));
    const child = spawn(process.execPath, [command, "train", "text.txt", ...SMALL, "--epochs", "100000", "-o", join(signal, name)], {
      cwd: folder,
    });
    const output = await until(child, /epoch +1\.0/, signal);
    expect(output).toMatchObject({ code: 130, stderr: "" });
    expect(output.stdout).toMatch(/stopped\nsaved .*\n +after [\d,]+ steps.*\ngo on +unrolled train text\.txt --resume /);
    expect(readdirSync(join(folder, signal))).toEqual([name]);
    using net = await open(bytesOf(join(signal, name)));
    expect(net.definition.layers).toHaveLength(2);
  });

  test("a reader that goes away ends the training in order", async () => {
    mkdirSync(join(folder, "piped"));
    const child = spawn(process.execPath, [command, "train", "text.txt", ...SMALL, "--epochs", "100000", "-o", "piped/m.unrolled"], {
      cwd: folder,
    });
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await new Promise((resolve) => child.on("exit", resolve))).toBe(130);
    expect(readdirSync(join(folder, "piped"))).toEqual(["m.unrolled"]);
    (await open(bytesOf("piped/m.unrolled"))).close();
  });

  test("a loss that is not finite is a sentence, and the model from before is kept", async () => {
    const { status, stderr } = run("train", "text.txt", ...SMALL, "--rate", "1e38", "-o", "wild.unrolled");
    expect(stderr).toMatch(
      /^unrolled: At training step \d+ the loss is .* The model is kept as it was before\. Use a lower --rate or --clip\.\n$/,
    );
    expect(status).toBe(1);
    using net = await open(bytesOf("wild.unrolled"));
    for (const { get } of net.parameters) expect(get().every(Number.isFinite)).toBe(true);
  });

  test("writes pictures of a model and of its training", () => {
    mkdirSync(join(folder, "pictures"));
    writeFileSync(join(folder, "pictures/notes.txt"), "mine");
    const trained = run("train", "text.txt", ...SMALL, "--epochs", "2", "-o", "drawn.unrolled", "--plots", "pictures");
    expect(trained).toMatchObject({ status: 0, stderr: "" });
    const curves = readDrawing(String(bytesOf("pictures/curves.svg")));
    for (const part of ["loss / bits per character", "gradient norm", "held out", "clipped to 5"]) expect(curves.texts).toContain(part);
    const flow = readDrawing(String(bytesOf("pictures/gradient-flow.svg")));
    for (const part of ["layer 1/rnn/h", "character of the window", "‖∂L/∂s(t)‖"]) expect(flow.texts).toContain(part);
    const shown = run("show", "drawn.unrolled", "--svg", "pictures");
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    for (const name of ["folded.svg", "unfolded.svg"]) {
      expect(shown.stdout).toContain(`  ${name}`);
      expect(readDrawing(String(bytesOf(`pictures/${name}`))).texts).toContain("wh");
    }
    const { elements, texts } = readDrawing(String(bytesOf("pictures/spectrum-layer-1-rnn-wh.svg")));
    // Eight eigenvalues, the unit circle, that of the radius, and a sample in the legend.
    expect(elements.get("circle")).toBe(8 + 3);
    expect(texts.some((text) => /^ρ = 0\.\d{2,}$/.test(text))).toBe(true);
    expect(String(bytesOf("pictures/graph.dot"))).toMatch(/^digraph unrolled \{/);
    expect(String(bytesOf("pictures/graph.mmd"))).toMatch(/^flowchart BT/);
    expect(String(bytesOf("pictures/notes.txt"))).toBe("mine");
    expect(readdirSync(join(folder, "pictures")).filter((name) => name.includes(".part"))).toEqual([]);
    // The same bytes again, over those that are there.
    const before = bytesOf("pictures/unfolded.svg");
    expect(run("show", "drawn.unrolled", "--svg", "pictures").status).toBe(0);
    expect(bytesOf("pictures/unfolded.svg")).toEqual(before);
    mkdirSync(join(folder, "taken/folded.svg"), { recursive: true });
    expect(run("show", "drawn.unrolled", "--svg", "taken").stderr).toMatch(
      /^unrolled: taken\/folded\.svg is no ordinary file, so it will not .*\n$/,
    );
    expect(run("show", "drawn.unrolled", "--svg", "nowhere").stderr).toBe(
      "unrolled: nowhere does not exist. Make it first: mkdir -p nowhere\n",
    );
  });

  test("a short text makes the batch smaller, and says so", () => {
    writeFileSync(join(folder, "short.txt"), TEXT.slice(0, 300));
    const { status, stdout } = run("train", "short.txt", "--epochs", "1", "--batch", "32", "--hidden", "4", "-o", "short.unrolled");
    expect(status).toBe(0);
    expect(stdout).toContain("4 side by side, not 32");
  });

  test("rare characters share one symbol", () => {
    writeFileSync(join(folder, "rare.txt"), `${TEXT}ΔΩ`);
    const { stdout } = run("train", "rare.txt", ...SMALL, "--min-count", "2", "--epochs", "1", "-o", "rare.unrolled");
    expect(stdout).toContain("2 rare characters read as \uFFFD");
  });

  describe("what is wrong is one sentence", () => {
    const small = ["-o", "bad.unrolled", "--epochs", "1"];
    mkdirSync(join(folder, "folder"));
    writeFileSync(join(folder, "empty.txt"), "");
    writeFileSync(join(folder, "tiny.txt"), "abcabcabca");
    writeFileSync(join(folder, "one.txt"), "a");
    writeFileSync(join(folder, "latin1.txt"), Buffer.concat([Buffer.from(TEXT), Buffer.from([0x67, 0xe9, 0x67])]));
    writeFileSync(join(folder, "cut.txt"), Buffer.from(TEXT).subarray(0, -3));
    writeFileSync(join(folder, "greek.txt"), `${TEXT}Ω`);
    writeFileSync(join(folder, "no-tab.txt"), "Go.\tVa !\n\nGo away.");
    writeFileSync(join(folder, "half.txt"), "Go.\t \tby heart");
    const cut = Buffer.byteLength(TEXT);
    test.each<[string, string[], number, string | RegExp]>([
      ["no such file", ["train", "none.txt"], 1, "unrolled: none.txt does not exist.\n"],
      ["a folder", ["train", "folder"], 1, /^unrolled: folder is a folder, not a file\..*\n$/],
      ["an empty file", ["train", "text.txt", "empty.txt"], 1, "unrolled: empty.txt is empty. Give a file with text.\n"],
      ["a device", ["train", "/dev/null"], 1, /^unrolled: \/dev\/null is not a regular file\..*\n$/],
      ["not UTF-8", ["train", "latin1.txt"], 1, new RegExp(`^unrolled: latin1.txt is not UTF-8: at byte offset ${cut + 1} .*\n$`)],
      [
        "too little",
        ["train", "tiny.txt"],
        1,
        /^unrolled: There are 10 characters .* window of 64 steps needs 65\. Use --steps 9 or less.*\n$/,
      ],
      ["one character", ["train", "one.txt"], 1, /^unrolled: The text is one character over and over\..* at least 2 .*\n$/],
      [
        "no tab",
        ["train", "no-tab.txt", "--as", "pairs"],
        1,
        /^unrolled: no-tab\.txt, line 3, has no tab: "Go away\."\. .* --as lines\.\n$/,
      ],
      ["no target", ["train", "half.txt", "--as", "pairs"], 1, /^unrolled: half\.txt, line 1, has nothing behind the tab\. .*\n$/],
      ["windows of lines", ["train", "text.txt", "--as", "lines", "--steps", "9"], 2, /^unrolled: --steps is about windows of a text.*\n$/],
      ["attention to nothing", ["train", "text.txt", "--attention"], 2, /^unrolled: --attention .* Use --as pairs, or leave it out\.\n$/],
      ["only rare ones", ["train", "tiny.txt", "--min-count", "9"], 1, /^unrolled: No character occurs 9 times\..*\n$/],
      ["no number", ["train", "text.txt", "--batch", "many"], 2, /^error: option '--batch <n>' argument 'many' is invalid\..*\n$/],
      ["a fraction", ["train", "text.txt", "--hidden", "1.5"], 2, /^error: .*'1.5' is invalid\. It must be a whole number.*\n$/],
      [
        "an unknown cell",
        ["train", "text.txt", "--cell", "mgu"],
        2,
        /^error: .*'mgu' is invalid\. Allowed choices are rnn, lstm, gru\.\n$/,
      ],
      ["a share above 1", ["train", "text.txt", "--dropout", "1"], 2, /^error: .*It must be a number of at least 0 and below 1\.\n$/],
      ["an unknown option", ["train", "text.txt", "--epoch", "3"], 2, /^error: unknown option '--epoch'\n\(Did you mean --epochs\?\)\n$/],
      ["no file", ["train"], 2, /^error: missing required argument 'files'\n$/],
      ["an unknown command", ["trian"], 2, /^error: unknown command 'trian'\n\(Did you mean train\?\)\n$/],
      ["no folder to save in", ["train", "text.txt", "-o", "nowhere/m.unrolled"], 1, "unrolled: nowhere does not exist.\n"],
      [
        "no folder for curves",
        ["train", "text.txt", "--plots", "nowhere"],
        1,
        /^unrolled: nowhere does not exist\. Make it first: mkdir -p nowhere\n$/,
      ],
      ["a file for curves", ["train", "text.txt", "--plots", "tiny.txt"], 1, /^unrolled: tiny\.txt is not a folder\..*\n$/],
      ["a text as the model", ["train", "text.txt", "-o", "tiny.txt"], 1, /^unrolled: tiny\.txt exists and is no model.*\n$/],
      ["too much memory", ["train", "text.txt", "--hidden", "40000"], 1, /^unrolled: This training would take [\d.]+ GB of memory.*\n$/],
      ["no model", ["sample", "text.txt"], 1, /^unrolled: text\.txt: the buffer does not begin with "unrolled".*\n$/],
      ["no such model", ["show", "none.unrolled"], 1, "unrolled: none.unrolled does not exist.\n"],
    ])("%s", (_, args, status, sentence) => {
      const result = run(...args, ...(args[0] === "train" && !args.includes("-o") ? small : []));
      expect(result.stderr).toMatch(
        sentence instanceof RegExp ? sentence : new RegExp(`^${sentence.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`),
      );
      expect(result).toMatchObject({ status, stdout: "" });
      expect(existsSync(join(folder, "bad.unrolled"))).toBe(false);
    });

    test("about a model", async () => {
      run("train", "text.txt", ...SMALL, "--max-steps", "2", "-o", "known.unrolled");
      expect(run("train", "greek.txt", "--resume", "known.unrolled").stderr).toMatch(
        /^unrolled: The text has "Ω" \(U\+03A9\) \(1 time\), which/,
      );
      expect(run("train", "text.txt", "--resume", "known.unrolled", "--min-count", "3")).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(/^unrolled: --min-count belongs to a new model.*\n$/),
      });
      expect(run("sample", "known.unrolled", "--source", "a").stderr).toBe(
        "unrolled: known.unrolled makes text from nothing. Leave --source out, or use --prompt.\n",
      );
      expect(run("sample", "known.unrolled", "--samples", "2").stderr).toMatch(/^unrolled: known\.unrolled goes on with one text.*\n$/);
      run("train", "no-tab.txt", "--as", "lines", ...["--hidden", "2", "--max-steps", "1", "-o", "few-lines.unrolled"]);
      expect(run("sample", "few-lines.unrolled", "-p", "a")).toMatchObject({
        status: 2,
        stderr: "unrolled: few-lines.unrolled begins its lines by itself. Leave --prompt out.\n",
      });
      writeFileSync(join(folder, "pair.txt"), "Go.\tVa !");
      run("train", "pair.txt", "--as", "pairs", ...["--hidden", "2", "--max-steps", "1", "-o", "pair.unrolled"]);
      expect(run("sample", "pair.unrolled").stderr).toBe(
        'unrolled: pair.unrolled makes something of a source. Say of what: --source "…".\n',
      );
      expect(run("sample", "pair.unrolled", "-s", "Geh!").stderr).toMatch(/^unrolled: The source has "e" at position 1,/);
      expect(run("sample", "pair.unrolled", "-s", "Go.", "--beam", "2", "--samples", "3")).toMatchObject({
        status: 2,
        stderr: "unrolled: --samples is 3, but a beam of 2 ends with 2. Ask for 2 at most, or widen --beam.\n",
      });
      expect(run("train", "pair.txt", "--resume", "pair.unrolled", "--as", "lines").stderr).toMatch(
        /^unrolled: --as belongs to a new model/,
      );
      expect(run("sample", "known.unrolled", "-p", "aΩ").stderr).toMatch(/^unrolled: The prompt has "Ω" at position 1,/);
      writeFileSync(join(folder, "damaged.unrolled"), bytesOf("known.unrolled").subarray(0, -5));
      expect(run("sample", "damaged.unrolled").stderr).toMatch(/^unrolled: damaged\.unrolled: the model should have .* cut short\.\n$/);
      using numbers = await compile(model({ input: features(2), layers: [rnn(2), dense(3)], loss: crossEntropy() }));
      writeFileSync(join(folder, "numbers.unrolled"), numbers.save());
      expect(run("sample", "numbers.unrolled").stderr).toMatch(/^unrolled: numbers\.unrolled is a model of features/);
      expect(run("show", "numbers.unrolled").status).toBe(0);
      using nameless = await compile(model({ input: tokens(3), layers: [rnn(2), dense(3)], loss: crossEntropy() }));
      writeFileSync(join(folder, "nameless.unrolled"), nameless.save());
      expect(run("sample", "nameless.unrolled").stderr).toMatch(/^unrolled: nameless\.unrolled does not say what its 3 symbols stand for/);
      writeFileSync(join(folder, "named.unrolled"), nameless.save({ note: "abc" }));
      expect(run("sample", "named.unrolled", "-n", "7").stdout).toMatch(/^[abc]{7}$/);
    });
  });
});

/** Sends the signal once the output matches, and waits for the end. */
function until(
  child: ChildProcess,
  pattern: RegExp,
  signal: NodeJS.Signals,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let [stdout, stderr, sent] = ["", "", false];
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
    if (sent || !pattern.test(stdout)) return;
    sent = true;
    child.kill(signal);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}
