// The command `unrolled`: what it can be told, and what happens when something is wrong.

import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import type { TrainArguments } from "./arguments.ts";
import { Failure } from "./failure.ts";
import { between, wholeFrom } from "./options.ts";
import { type SampleArguments, sample } from "./sample.ts";
import { type ShowArguments, show } from "./show.ts";
import { train } from "./train.ts";

const { version, description } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const SEEDS = 2 ** 32 - 1;

function commands(finish: (code: number) => void): Command {
  const unrolled = new Command("unrolled").description(description).version(version).exitOverride();
  unrolled
    .command("train")
    .description(
      "Trains a character model on text files in UTF-8 and saves it: at the end, on Ctrl-C, and every so often. It learns to go on with a text; to write lines, such as names; or to make the second of a pair of the first, such as a translation.",
    )
    .argument("<files...>", "what is learned; several files are read one after the other")
    .option("-o, --output <file>", "where to save (default: model.unrolled, or the model that is resumed)")
    .option("--resume <model>", "go on with this model, with what it was told where nothing else is said")
    .addOption(
      new Option("--as <kind>", "what the files hold: one text, a sequence a line, or a source, a tab and a target a line")
        .choices(["text", "lines", "pairs"])
        .default("text"),
    )
    .optionsGroup("The network:")
    .addOption(new Option("--cell <kind>", "of each recurrent layer").choices(["rnn", "lstm", "gru"]).default("rnn"))
    .option("--hidden <units>", "units of each recurrent layer", wholeFrom(1), 128)
    .option("--layers <n>", "recurrent layers", wholeFrom(1, 64), 1)
    .option("--embedding <units>", "units of an embedding before them; 0: none", wholeFrom(0), 0)
    .option("--dropout <share>", "of the units after each recurrent layer", between(0, 1, { below: true }), 0)
    .option("--attention", "of pairs: each step looks at the whole source")
    .option("--seed <n>", "decides initial weights and dropout", wholeFrom(0, SEEDS), 0)
    .option("--min-count <n>", "rarer characters share one symbol", wholeFrom(1), 1)
    .optionsGroup("The training:")
    .option("--batch <n>", "streams of text, or lines, side by side (default: 32, for little data down to 4)", wholeFrom(1))
    .option("--steps <n>", "of a text: characters of a window", wholeFrom(1), 64)
    .option("--epochs <n>", "passes over the data, in all", wholeFrom(1), 10)
    .option(
      "--rate <number>",
      "highest learning rate: reached after a short rise, then falling to a tenth",
      between(0, Infinity, { above: true }),
      2e-3,
    )
    .option("--clip <norm>", "longest gradient", between(0, Infinity, { above: true }), 5)
    .option(
      "--held-out <share>",
      "of the data that is not learned but judges: the end of a text, lines from all over",
      between(0, 0.9),
      0.1,
    )
    .option("--max-steps <n>", "stop after so many training steps, in all", wholeFrom(1, Number.MAX_SAFE_INTEGER))
    .option("--time <seconds>", "stop after so long", between(0, Infinity, { above: true }))
    .option("--sample-every <seconds>", "show what it writes; 0: only at the end", between(0, Infinity), 20)
    .option("--evaluate-every <seconds>", "judge it also within an epoch; 0: no", between(0, Infinity), 60)
    .option("--save-every <seconds>", "0: only at the end", between(0, Infinity), 60)
    .option(
      "--plots <dir>",
      "curves of loss and gradient, and its flow through time, as SVG files in this folder, at each save and at the end",
    )
    .option("--strict", "the same bits on every machine, a little slower")
    .action(async (files: string[], options: TrainArguments, command: Command) => {
      const given = Object.keys(options).filter((key) => command.getOptionValueSource(key) === "cli");
      finish(await train(files, options, new Set(given)));
    });
  unrolled
    .command("sample")
    .description("Prints what is drawn from a model: text, lines, or what it makes of a source.")
    .argument("<model>")
    .option("-p, --prompt <text>", "how a text begins")
    .option("-s, --source <text>", "what a model of pairs is to make something of")
    .option("-n, --length <characters>", "how much to draw; of lines and pairs, at most", wholeFrom(1), 400)
    .option("--samples <n>", "lines to draw, or the best of a beam (default: 10 lines, 1 of a source)", wholeFrom(1, 100_000))
    .option("-t, --temperature <number>", "below 1 bolder, above 1 more varied, 0 the most likely only (default: 1)", between(0, Infinity))
    .option("--top-k <n>", "from the n most likely characters only; 0: all (default: 0)", wholeFrom(0))
    .option("--top-p <share>", "from the fewest characters that together are so likely (default: 1)", between(0, 1, { above: true }))
    .option("--min-p <share>", "from characters only that are so likely beside the likeliest (default: 0)", between(0, 1, { below: true }))
    .option(
      "--repetition-penalty <number>",
      "above 1: less often what was drawn before (default: 1)",
      between(0, Infinity, { above: true }),
    )
    .option("--greedy", "always the most likely character")
    .option("--beam <width>", "search for the likeliest text, with so many beginnings at a time", wholeFrom(1))
    .option("--length-penalty <number>", "of the beam: above 0 favours longer texts (default: 0.6)", between(0, 100))
    .option("--seed <n>", "the same seed draws the same (default: another each time)", wholeFrom(0, SEEDS))
    .option("--strict", "the same bits on every machine")
    .action(async (model: string, options: SampleArguments) => finish(await sample(model, options)));
  unrolled
    .command("show")
    .description("Prints what a model is: its definition, parameters, sizes, and the plan by which it runs.")
    .argument("<model>")
    .option("--batch <n>", "for sizes and plan (default: as it was trained)", wholeFrom(1))
    .option("--steps <n>", "for sizes and plan (default: as it was trained)", wholeFrom(1))
    .option("--svg <dir>", "also pictures of its graph and its weights' eigenvalues in this folder")
    .action(async (model: string, options: ShowArguments) => finish(await show(model, options)));
  return unrolled;
}

/** Faults of the caller's are sentences; anything else is ours, and its stack is wanted. */
async function main(): Promise<void> {
  // `unrolled show … | head` closes the pipe early, which is no error; a full disk is one.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.exitCode = 1;
  });
  try {
    await commands((code) => {
      process.exitCode = code;
    }).parseAsync();
  } catch (error) {
    // Commander has printed its own sentence already.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof Failure || error instanceof RangeError || error instanceof TypeError) {
      process.stderr.write(`unrolled: ${error.message}\n`);
      process.exitCode = error instanceof Failure ? error.exitCode : 1;
    } else throw error;
  }
}

await main();
