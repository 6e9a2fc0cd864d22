// Chooses and compiles a binary: the fused one where this engine has relaxed SIMD, the plain one elsewhere or when asked.

import { checkFlag, checkOptions, describe } from "../define/check.ts";
import { BINARIES, RELAXED_BYTES, SIMD_BYTES, TURN_BYTES } from "./binaries.ts";

export interface Binary {
  /** `relaxed` rounds a·b + c once where the processor can; `simd` gives the same bits on every machine. */
  readonly name: "simd" | "relaxed" | "given";
  readonly module: WebAssembly.Module;
}

export interface BinaryOptions {
  /** Keep to plain SIMD, whose bits are the same on every machine. Default: false. */
  readonly strict?: boolean;
  /** A compiled module to use instead, where code cannot be compiled from bytes. */
  readonly module?: WebAssembly.Module;
}

export function checkBinaryOptions(place: string, options: BinaryOptions): void {
  checkOptions(place, options, ["strict", "module"]);
  const { strict = false, module } = options;
  checkFlag(`${place}: strict`, strict);
  // By its tag, because a module from another realm is no instance of this one's class.
  if (module !== undefined && Object.prototype.toString.call(module) !== "[object WebAssembly.Module]")
    throw new TypeError(`${place}: module must be a WebAssembly.Module but is ${describe(module)}. Make one with WebAssembly.compile(…).`);
}

/** The embedded binaries: simd and relaxed. */
async function unpack(): Promise<[simd: Uint8Array<ArrayBuffer>, relaxed: Uint8Array<ArrayBuffer>]> {
  const packed = Uint8Array.from(atob(BINARIES), (character) => character.charCodeAt(0));
  const bytes = await inflate(packed);
  const simd = new Uint8Array(SIMD_BYTES);
  const relaxed = new Uint8Array(RELAXED_BYTES);
  let from = 0;
  for (let at = 0; from < bytes.length; at += TURN_BYTES)
    for (const binary of [simd, relaxed]) {
      const part = bytes.subarray(from, from + Math.min(TURN_BYTES, Math.max(0, binary.length - at)));
      binary.set(part, Math.min(at, binary.length));
      from += part.length;
    }
  return [simd, relaxed];
}

/** Written and read by hand: Blob and Response, which would do it in a line, take Node 40 ms to load (measured). */
async function inflate(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { readable, writable } = new DecompressionStream("deflate");
  const writer = writable.getWriter();
  const written = writer.write(packed).then(() => writer.close());
  const bytes = new Uint8Array(SIMD_BYTES + RELAXED_BYTES);
  const reader = readable.getReader();
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes.set(part.value, length);
    length += part.value.length;
  }
  await written;
  return bytes;
}

async function compileEmbedded(strict: boolean): Promise<Binary> {
  if (typeof WebAssembly === "undefined")
    throw new Error("There is no WebAssembly here. Use Node 20 or newer, or a browser of 2023 or newer.");
  const [simd, relaxed] = await unpack();
  if (!strict && WebAssembly.validate(relaxed)) return { name: "relaxed", module: await WebAssembly.compile(relaxed) };
  if (!WebAssembly.validate(simd))
    throw new Error("This engine has WebAssembly without SIMD. Use Node 20 or newer, or a browser of 2023 or newer.");
  return { name: "simd", module: await WebAssembly.compile(simd) };
}

/** What has been compiled: all networks share it. */
const compiled: { strict?: Binary; best?: Binary } = {};

/** @throws Error where the engine has no WebAssembly with SIMD. */
export async function chooseBinary({ strict = false, module }: BinaryOptions): Promise<Binary> {
  if (module) return { name: "given", module };
  return (compiled[strict ? "strict" : "best"] ??= await compileEmbedded(strict));
}
