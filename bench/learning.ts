// Does it learn: a character network on Shakespeare's text, four epochs, against what PyTorch reached under the same conditions.

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { adam, alphabet, compile, crossEntropy, dense, type Layer, model, rnn, tokens, windows } from "../src/index.ts";
import { atMost, type Figure } from "./figure.ts";

/**
 * Decides the initial weights; there is no other chance in it, since windows keep their order. The model's default, so that nobody chose it.
 * After four epochs seeds 0, 1, 2 gave 1.998, 1.985, 1.996 with `relaxed`; seed 0 with `simd` 2.002: the goal is within the seeds' spread. (measured)
 */
const SEED = 0;
/** PyTorch 1.13 reached 1.993 under these conditions, with weights of its own. */
const GOAL = 2;

export interface Epoch {
  readonly epoch: number;
  /** Nats per character: mean over the epoch's steps while the network changed. */
  readonly training: number;
  /** Nats per character on the last tenth of the text. */
  readonly validation: number;
}

export interface Learner {
  /** Default: rnn(128). */
  readonly layer?: Layer;
  /** Of Adam. Default: 1e-3. */
  readonly rate?: number;
  readonly seed?: number;
  readonly epochs?: number;
}

/**
 * tokens(65) → layer → dense(65); first 90 % of the text in 32 streams, windows of 64 steps, state carried; Adam, norm clipped to 5.
 * Yields after each epoch. Validation reads the last 10 % in the same windows, also with the state carried.
 */
export async function* learning(text: string, learner: Learner = {}): AsyncGenerator<Epoch, void, void> {
  const { layer = rnn(128), rate = 1e-3, seed = SEED, epochs = 4 } = learner;
  const letters = alphabet(text);
  const symbols = letters.encode(text);
  const border = Math.floor(0.9 * symbols.length);
  const shape = { batch: 32, steps: 64 };
  const [train, validation] = [windows(symbols.subarray(0, border), shape), windows(symbols.subarray(border), shape)];
  using net = await compile(model({ input: tokens(letters.size), layers: [layer, dense(letters.size)], loss: crossEntropy(), seed }));
  let sum = 0;
  for await (const { step, loss } of net.train(train, { optimizer: adam(rate), clip: { norm: 5 }, epochs })) {
    sum += loss;
    if (step % train.count > 0) continue;
    const { loss: reached } = await net.evaluate(validation);
    yield { epoch: step / train.count, training: sum / train.count, validation: reached };
    sum = 0;
  }
}

/** Nats per character on the validation part after four epochs; absent where the text is. `root` is the project's folder. */
export async function measureLearning(root: string): Promise<Figure[]> {
  const name = "validation loss of rnn(128) on Shakespeare, 4 epochs";
  const file = resolve(root, "../shared/data/tinyshakespeare.txt");
  if (!existsSync(file)) return [atMost(name, null, "nats", GOAL, "skipped: ../shared/data/tinyshakespeare.txt is absent")];
  const reached: number[] = [];
  for await (const { validation } of learning(readFileSync(file, "utf8"))) reached.push(validation);
  const note = `seed ${SEED}, after each epoch ${reached.map((loss) => loss.toFixed(3)).join(" ")}; PyTorch 1.993`;
  return [atMost(name, reached[reached.length - 1], "nats", GOAL, note)];
}
