// What the user sees of a training: on a terminal a bar that stays at the bottom, elsewhere plain lines now and then.

import { MultiBar } from "cli-progress";
import { bits, clock, fold, harmless, short } from "./format.ts";

/** Where a training is. */
export interface Moment {
  /** Passes, as a number with its fraction, and how many there will be. */
  readonly epoch: number;
  readonly epochs: number;
  /** Nats, smoothed. */
  readonly loss: number;
  /** Characters a second. */
  readonly speed: number;
  readonly elapsed: number;
  /** Seconds; NaN if not known yet. */
  readonly left: number;
  /** Of the whole work, from 0 to 1. */
  readonly share: number;
}

export interface Screen {
  /** One line, above the bar. */
  say(line: string): void;
  /** A text that was drawn, set off from the lines. */
  sample(text: string): void;
  show(moment: Moment): void;
  close(): void;
}

const MOST_COLUMNS = 100;
/** Seconds between plain lines of progress. */
const PATIENCE = 10;

/** Colour as NO_COLOR (no-color.org) and TERM allow. */
export const openScreen = (stream: NodeJS.WriteStream): Screen =>
  stream.isTTY && process.env.TERM !== "dumb" ? new Terminal(stream, !process.env.NO_COLOR) : new Lines(stream);

class Lines implements Screen {
  readonly #stream: NodeJS.WritableStream;
  #last = 0;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  say(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  sample(text: string): void {
    for (const line of fold(harmless(text), MOST_COLUMNS - 8)) this.say(`        | ${line}`.trimEnd());
  }

  show(moment: Moment): void {
    if (moment.elapsed - this.#last < PATIENCE) return;
    this.#last = moment.elapsed;
    const { epoch, loss, share, elapsed } = moment;
    this.say(
      `${clock(elapsed).padStart(6)}  epoch ${epoch.toFixed(1)}  training ${bits(loss)} bits, ${Math.floor(share * 100)} %, ${short(moment.speed)} characters/s${leftOf(moment)}`,
    );
  }

  close(): void {}
}

const leftOf = ({ left }: Moment): string => (Number.isNaN(left) ? "" : `, ${clock(left)} left`);

class Terminal implements Screen {
  readonly #stream: NodeJS.WriteStream;
  readonly #color: boolean;
  readonly #bars: MultiBar;
  readonly #bar: ReturnType<MultiBar["create"]>;
  #moment: Moment | null = null;

  constructor(stream: NodeJS.WriteStream, color: boolean) {
    this.#stream = stream;
    this.#color = color;
    this.#bars = new MultiBar({
      stream,
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
      // Signals are the training's own affair.
      gracefulExit: false,
      format: () => this.#line(),
    });
    this.#bar = this.#bars.create(1, 0);
  }

  say(line: string): void {
    this.#bars.log(`${line}\n`);
    this.#bars.update();
  }

  sample(text: string): void {
    const lines = fold(harmless(text), this.#columns - 11);
    for (const line of lines) this.#bars.log(`        ${this.#dim("│")} ${line}\n`);
    this.#bars.update();
  }

  show(moment: Moment): void {
    this.#moment = moment;
    this.#bar.update(moment.share);
  }

  close(): void {
    this.#bars.stop();
  }

  get #columns(): number {
    return Math.min(MOST_COLUMNS, this.#stream.columns || 80);
  }

  #dim(text: string): string {
    return this.#color ? `\x1b[2m${text}\x1b[22m` : text;
  }

  /** `epoch 3/10  ━━━━━━━───────  34 %  2.412 bits  148k/s  0:42 left`, the bar as long as there is room for. */
  #line(): string {
    const moment = this.#moment;
    if (!moment) return "";
    const { epoch, epochs, share, loss, speed, left } = moment;
    const before = `epoch ${String(Math.min(epochs, Math.floor(epoch) + 1)).padStart(String(epochs).length)}/${epochs}  `;
    const after = `  ${String(Math.floor(share * 100)).padStart(3)} %  ${bits(loss)} bits  ${short(speed)} chars/s  ${Number.isNaN(left) ? "" : `${clock(left)} left`}`;
    const room = this.#columns - 1 - before.length - after.length;
    if (room < 4) return `${before}${after.trim()}`.slice(0, this.#columns - 1);
    const done = Math.round(share * room);
    return `${before}${"━".repeat(done)}${this.#dim("─".repeat(room - done))}${after}`;
  }
}
