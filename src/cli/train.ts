// `unrolled train`: a character model of text, lines or pairs, saved so that nothing is lost.

import type { TrainArguments } from "./arguments.ts";
import { writeAtomically } from "./atomic.ts";
import { checkTarget } from "./files.ts";
import { flowOf } from "./flow.ts";
import { bits, clock, harmless, several, size, whole } from "./format.ts";
import { History } from "./history.ts";
import { kindOf, layersOf } from "./networks.ts";
import { writeNote } from "./note.ts";
import { checkFolder, writePictures } from "./pictures.ts";
import { prepare, type Ready } from "./prepare.ts";
import { type Round, rounds } from "./rounds.ts";
import { openScreen } from "./screen.ts";
import { untilSignal } from "./signals.ts";

/** Trains and saves. `given`: the options that the user wrote, which on resuming win over what the model remembers. @returns the exit code */
export async function train(paths: readonly string[], options: TrainArguments, given: ReadonlySet<string>): Promise<number> {
  const out = options.output ?? options.resume ?? "model.unrolled";
  await checkTarget(out);
  if (options.plots !== undefined) await checkFolder(options.plots);
  const ready = await prepare(paths, options, given);
  using net = ready.net;
  process.stdout.write(`${ready.summary.join("\n")}\n\n`);

  using stop = untilSignal();
  const screen = openScreen(process.stdout);
  let { note } = ready;
  let judged = "";
  const history = new History();
  const save = async (): Promise<string> => {
    const bytes = net.save({ note: writeNote(note), optimizer: true });
    await writeAtomically(out, bytes);
    if (options.plots !== undefined) {
      const flow = flowOf(ready, note.training.made);
      await writePictures(options.plots, [history.draw(layersOf(net.definition), note.training.clip), ...(flow ? [flow] : [])]);
    }
    return `saved     ${out} (${size(bytes.length)})\n          after ${several(note.training.made, "step")}`;
  };
  try {
    for await (const round of rounds(ready, options, stop.signal)) {
      note = { ...note, training: round.training };
      if (options.plots !== undefined) history.take(round);
      if (round.kind === "step") screen.show(round.moment);
      else if (round.kind === "sample") screen.sample(round.text);
      else if (round.kind === "save") await save().catch((error: Error) => screen.say(`        not saved: ${error.message}`));
      else {
        screen.say(lookOf(round));
        if (round.heldOut !== null) judged = `, ${bits(round.heldOut)} bits per held-out character`;
      }
    }
  } finally {
    screen.close();
    process.stdout.write(stop.signal.aborted ? "stopped\n" : "\n");
    // Also when the training failed: what was learned until then is kept.
    if (note.training.made > ready.note.training.made) process.stdout.write(`${await save()}${judged}\n`);
  }
  if (!stop.signal.aborted) process.stdout.write(`try       unrolled sample ${out} ${trialOf(ready)}\n`);
  else if (note.training.made > 0)
    process.stdout.write(`go on     unrolled train ${paths.length > 3 ? "FILES" : paths.join(" ")} --resume ${out}\n`);
  return stop.signal.aborted ? 130 : 0;
}

/** What to ask of the model: of pairs, what it makes of a source; quoted as shells want it. */
function trialOf({ shown, net, note }: Ready): string {
  if (kindOf(net.definition) !== "pairs") return "--temperature 0.8";
  const source = note.letters.decode(shown[0].source ?? []);
  return `--greedy --source '${harmless(source).replaceAll("'", "'\\''")}'`;
}

/** `  0:07  epoch 1.0   step     490   training 3.204   held out 3.012 bits per character` */
function lookOf({ moment, training, heldOut }: Extract<Round, { kind: "looked" }>): string {
  const judged = heldOut === null ? "" : `   held out ${bits(heldOut)}`;
  const where = `${clock(moment.elapsed).padStart(6)}  epoch ${moment.epoch.toFixed(1).padStart(4)}   step ${whole(training.made).padStart(7)}`;
  return `${where}   training ${bits(moment.loss)}${judged} bits`;
}
