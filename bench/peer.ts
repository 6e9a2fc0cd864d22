// A peer in a process of its own: told how often to do its work, it answers how many milliseconds one took. Idle in between.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Peer {
  readonly title: string;
  /** What else it said when it was ready. */
  readonly said: Readonly<Record<string, unknown>>;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcess, lines: AsyncIterator<string>, said: Readonly<Record<string, unknown>>) {
    this.#process = process;
    this.#lines = lines;
    this.title = String(said.ready);
    this.said = said;
  }

  /** The first of several commands that starts and says that it is ready; else null. */
  static async start(commands: readonly (readonly string[])[]): Promise<Peer | null> {
    for (const [program, ...options] of commands) {
      const child = spawn(program, options, { stdio: ["pipe", "pipe", "ignore"] });
      child.on("error", () => {});
      child.stdin.on("error", () => {});
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const first = await lines.next();
      if (!first.done) return new Peer(child, lines, JSON.parse(first.value));
    }
    return null;
  }

  /** Milliseconds of one step: the mean of `count`. */
  async milliseconds(count: number): Promise<number> {
    this.#process.stdin?.write(`${count}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the peer ${this.title} ended before it answered`);
    return JSON.parse(value).milliseconds;
  }

  close(): void {
    this.#process.stdin?.end();
    this.#process.kill();
  }
}

/** PyTorch where some Python has it; the system's own is asked too, since another often comes before it. */
export const pytorch = (root: string, cell: string, hidden: number): Promise<Peer | null> =>
  Peer.start(["python3", "/usr/bin/python3"].map((python) => [python, `${root}/bench/peers/pytorch.py`, cell, `${hidden}`]));

/** TensorFlow.js on one of its backends, if it is installed under bench/peers. */
export const tfjs = (root: string, backend: "wasm" | "cpu", cell: string, hidden: number): Promise<Peer | null> =>
  Peer.start([[process.execPath, `${root}/bench/peers/tfjs.mjs`, backend, cell, `${hidden}`]]);

/** ONNX Runtime over a model's file, if it is installed under bench/peers; `threads` 0 for its own choice. */
export const onnxruntime = (
  root: string,
  runtime: "node" | "web",
  threads: number,
  file: string,
  steps: number,
  batch: number,
): Promise<Peer | null> =>
  Peer.start([[process.execPath, `${root}/bench/peers/onnxruntime.mjs`, runtime, `${threads}`, file, `${steps}`, `${batch}`]]);
