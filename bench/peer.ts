// A peer in a process of its own: told how many training steps to make, it answers how many milliseconds of processor time one took. Idle in between.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Peer {
  readonly title: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(process: ChildProcess, lines: AsyncIterator<string>, title: string) {
    this.#process = process;
    this.#lines = lines;
    this.title = title;
  }

  /** The first of several commands that starts and says that it is ready; else null. */
  static async start(commands: readonly (readonly string[])[]): Promise<Peer | null> {
    for (const [program, ...options] of commands) {
      const child = spawn(program, options, { stdio: ["pipe", "pipe", "ignore"] });
      child.on("error", () => {});
      child.stdin.on("error", () => {});
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const first = await lines.next();
      if (!first.done) return new Peer(child, lines, JSON.parse(first.value).ready);
    }
    return null;
  }

  /** Milliseconds of processor time of one step: the mean of `count`. */
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
