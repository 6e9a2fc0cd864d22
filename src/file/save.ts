// A model as one self-describing buffer.
//
//     bytes   0   8        12            16               24
//             |   |        |             |                |
//             magic  version  header length  checksum  …  header (JSON, UTF-8), padded to 8 with spaces, then f32 blocks, then states
//
// The header holds the definition and what blocks follow; blocks are little-endian, row-major, without pads.

import type { Definition } from "../define/model.ts";
import type { States } from "../train/memory.ts";
import { checkDefinition } from "./definition.ts";

const MAGIC = "unrolled";
const VERSION = 1;
const HEAD = 24;

/** What the optimizer remembers: its kind, how many steps and updates there were, and its blocks for each trained parameter. */
export interface OptimizerState {
  readonly kind: "sgd" | "rmsprop" | "adam" | "adamw";
  readonly steps: number;
  readonly updates: number;
  readonly blocks: number;
}

export interface Contents {
  readonly definition: Definition;
  /** A text of the user's own that travels along, an alphabet for example. */
  readonly note: string;
  readonly parameters: readonly Float32Array[];
  readonly optimizer: OptimizerState | null;
  /** For each block of the optimizer's memory one array a trained parameter, block by block. */
  readonly memory: readonly Float32Array[];
  /** What one window was about to hand to the next. */
  readonly states: States | null;
}

interface Header {
  readonly definition: Definition;
  readonly note: string;
  /** Numbers in each array that follows. */
  readonly parameters: readonly number[];
  readonly memory: readonly number[];
  readonly optimizer: OptimizerState | null;
  /** Rows and layout of the states, and how many words of them come last; absent in files from before there were any. */
  readonly states?: (Omit<States, "words"> & { readonly words: number }) | null;
}

/** FNV-1a over 32-bit words, in two lanes; finds damage, not malice. */
function checksum(bytes: Uint8Array): [number, number] {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i], 0x01000193);
    b = Math.imul(b ^ bytes[i] ^ (a >>> 15), 0x85ebca6b);
  }
  return [a >>> 0, b >>> 0];
}

export function write({ definition, note, parameters, optimizer, memory, states }: Contents): Uint8Array {
  const lengths = (arrays: readonly Float32Array[]): number[] => arrays.map(({ length }) => length);
  const header: Header = {
    definition,
    note,
    parameters: lengths(parameters),
    memory: lengths(memory),
    optimizer,
    states: states && { ...states, words: states.words.length },
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const arrays = [...parameters, ...memory];
  const bytes = new Uint8Array(HEAD + length + arrays.reduce((sum, array) => sum + array.length * 4, 4 * (states?.words.length ?? 0)));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, length, true);
  bytes.fill(0x20, HEAD, HEAD + length);
  bytes.set(text, HEAD);
  let at = HEAD + length;
  for (const array of arrays) {
    for (const value of array) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  // As bits: of symbols some are no number.
  for (const word of states?.words ?? []) {
    view.setUint32(at, word, true);
    at += 4;
  }
  const [a, b] = checksum(bytes.subarray(HEAD));
  view.setUint32(16, a, true);
  view.setUint32(20, b, true);
  return bytes;
}

/** @throws TypeError or RangeError with what is wrong, for anything that `write` has not made. */
export function read(buffer: ArrayBuffer | Uint8Array): Contents {
  if (!(buffer instanceof ArrayBuffer) && !(buffer instanceof Uint8Array))
    throw new TypeError("open: the model must be an ArrayBuffer or a Uint8Array. Read the file without an encoding.");
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
  if (bytes.length < HEAD)
    throw new RangeError(`open: the buffer has ${bytes.length} bytes, but a model has at least ${HEAD}. It is cut short, or no model.`);
  const magic = String.fromCharCode(...bytes.subarray(0, 8));
  if (magic !== MAGIC)
    throw new TypeError(
      `open: the buffer does not begin with "${MAGIC}", so it is no model of this library. Give what net.save() returned.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint32(8, true);
  if (version !== VERSION)
    throw new RangeError(
      `open: the model has format version ${version}, but this library reads version ${VERSION}. Use a newer version of the library.`,
    );
  const length = view.getUint32(12, true);
  if (HEAD + length > bytes.length)
    throw new RangeError(
      `open: the header should end at byte ${HEAD + length}, but the buffer has ${bytes.length} bytes. It is cut short.`,
    );
  const header = parse(bytes.subarray(HEAD, HEAD + length));
  const counts = header ? [...header.parameters, ...header.memory] : [];
  const expected = HEAD + length + counts.reduce((sum, count) => sum + count * 4, 4 * (header?.states?.words ?? 0));
  if (header && expected !== bytes.length)
    throw new RangeError(
      `open: the model should have ${expected} bytes but has ${bytes.length}. It is ${bytes.length < expected ? "cut short" : "followed by something else"}.`,
    );
  const [a, b] = checksum(bytes.subarray(HEAD));
  if (!header || a !== view.getUint32(16, true) || b !== view.getUint32(20, true))
    throw new TypeError("open: the model is damaged: its checksum does not agree. Fetch or save it again.");
  checkDefinition("open", header.definition);
  let at = HEAD + length;
  const arrays = counts.map((count) => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++, at += 4) values[i] = view.getFloat32(at, true);
    return values;
  });
  return {
    definition: header.definition,
    note: header.note,
    parameters: arrays.slice(0, header.parameters.length),
    optimizer: header.optimizer,
    memory: arrays.slice(header.parameters.length),
    states: header.states
      ? { ...header.states, words: Uint32Array.from({ length: header.states.words }, (_, i) => view.getUint32(at + 4 * i, true)) }
      : null,
  };
}

function isState(state: OptimizerState | null): boolean {
  if (state === null) return true;
  const whole = (count: number, most: number): boolean => Number.isInteger(count) && count >= 0 && count <= most;
  const { kind, steps, updates, blocks } = state;
  return ["sgd", "rmsprop", "adam", "adamw"].includes(kind) && whole(steps, 2 ** 32 - 1) && whole(updates, 2 ** 32 - 1) && whole(blocks, 3);
}

function areStates(states: Header["states"]): boolean {
  if (!states) return true;
  const { rows, layout, words } = states;
  const sizes = [rows, words].every((count) => Number.isInteger(count) && count > 0);
  return sizes && Array.isArray(layout) && layout.every((text) => typeof text === "string");
}

/** null if the text is no header; the checksum then says what to think of it. */
function parse(text: Uint8Array): Header | null {
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text)) as Header;
    const isSizes = (sizes: unknown): boolean => Array.isArray(sizes) && sizes.every((count) => Number.isInteger(count) && count > 0);
    const areWhole = isSizes(header?.parameters) && isSizes(header.memory) && areStates(header.states);
    return areWhole && typeof header.note === "string" && isState(header.optimizer) ? header : null;
  } catch {
    return null;
  }
}
