// The training as a sequence of things that happen: steps made, looks at what is held out, samples, and times to save.

import { type Data, NonFiniteError } from "../index.ts";
import type { TrainArguments } from "./arguments.ts";
import { Failure } from "./failure.ts";
import type { Training } from "./note.ts";
import type { Ready } from "./prepare.ts";
import type { Moment } from "./screen.ts";
import { specimen } from "./specimen.ts";

export type Round = {
  readonly training: Training;
  readonly moment: Moment;
} /** One step: its loss in nats, and the length of its gradient before clipping. */ & (
  | { readonly kind: "step"; readonly loss: number; readonly gradientNorm: number }
  | { readonly kind: "save" }
  | { readonly kind: "looked"; readonly heldOut: number | null }
  | { readonly kind: "sample"; readonly text: string }
);

/** How much of the smoothed loss is kept from step to step: a mean over about the last 50. */
const KEPT = 0.98;

/** Ends when the steps are made, the time is over, or the signal says so. @throws Failure if loss or gradient is not finite */
export async function* rounds(ready: Ready, options: TrainArguments, signal: AbortSignal): AsyncGenerator<Round, void, void> {
  const { net, data, perEpoch, perStep, remaining, optimizer } = ready;
  const { epochs, clip } = ready.note.training;
  const begin = performance.now();
  const elapsed = (): number => (performance.now() - begin) / 1000;
  const due = timers({ sample: options.sampleEvery, look: options.evaluateEvery, save: options.saveEvery });
  let { training } = ready.note;
  let [sum, weight, aside, made] = [0, 0, 0, 0];
  let moment: Moment = { epoch: 0, epochs, loss: 0, speed: 0, elapsed: 0, left: NaN, share: 0 };
  let looked = -1;

  /** What the network has learned, in bits and in words. */
  async function* judge(words: boolean): AsyncGenerator<Round, void, void> {
    const start = performance.now();
    looked = made;
    const heldOut = await evaluate(ready.heldOut);
    if (signal.aborted) return;
    yield { kind: "looked", training, moment: { ...moment, elapsed: elapsed() }, heldOut };
    if (words) yield { kind: "sample", training, moment, text: specimen(ready, training.made) };
    aside += (performance.now() - start) / 1000;
  }
  const evaluate = async (judging: Data | null): Promise<number | null> => {
    if (!judging) return null;
    const { loss } = await net.evaluate(judging, { signal }).catch((error) => {
      if (signal.aborted) return { loss: NaN };
      throw error;
    });
    return loss;
  };
  const { position: from } = training;
  // A position at the end of a pass is still in it.
  const finished = from ? from.epoch + (training.window === 0 ? 1 : 0) : 0;
  const steps = net.train(data, {
    optimizer,
    epochs: epochs - training.epoch + finished,
    steps: remaining + (from?.step ?? 0),
    clip: { norm: clip },
    signal,
    ...(from && { from }),
  });
  try {
    for await (const { loss, gradientNorm, position } of steps) {
      made++;
      const window = (training.window + 1) % perEpoch;
      training = { ...training, position, made: training.made + 1, window, epoch: training.epoch + (window === 0 ? 1 : 0) };
      sum = KEPT * sum + (1 - KEPT) * loss;
      weight = KEPT * weight + (1 - KEPT);
      const now = elapsed();
      const speed = (made * perStep) / Math.max(now - aside, 1e-6);
      const rest = ((remaining - made) * perStep) / speed;
      const limit = options.time ?? Infinity;
      moment = {
        epoch: training.epoch + window / perEpoch,
        epochs,
        loss: sum / weight,
        speed,
        elapsed: now,
        left: made < 5 ? NaN : Math.min(rest, limit - now),
        share: Math.max(made / remaining, Math.min(1, now / limit)),
      };
      yield { kind: "step", training, moment, loss, gradientNorm };
      const over = now >= limit || made === remaining;
      const words = due.sample(now) || over;
      if (over || window === 0 || words || due.look(now)) yield* judge(words);
      if (due.save(elapsed())) yield { kind: "save", training, moment };
      if (over) break;
    }
  } catch (error) {
    if (error instanceof NonFiniteError)
      throw new Failure(
        `${error.message.replace(/ The parameters are unchanged\..*$/s, "")} The model is kept as it was before. Use a lower --rate or --clip.`,
      );
    throw error;
  }
  if (looked < made && !signal.aborted) yield* judge(true);
}

/** Functions that say whether it is time again; 0 seconds: never. */
function timers<Name extends string>(seconds: Readonly<Record<Name, number>>): Record<Name, (now: number) => boolean> {
  const timer = (every: number) => {
    let last = 0;
    return (now: number): boolean => {
      if (every === 0 || now - last < every) return false;
      last = now;
      return true;
    };
  };
  return Object.fromEntries(Object.entries<number>(seconds).map(([name, every]) => [name, timer(every)])) as Record<
    Name,
    (now: number) => boolean
  >;
}
