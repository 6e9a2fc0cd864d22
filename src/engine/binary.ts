// Chooses and compiles a binary: with fused multiply-add where this engine has relaxed SIMD, in plain SIMD elsewhere or when asked.

import { checkFlag, checkOptions, describe } from "../define/check.ts";
import { unpack } from "./unpack.ts";

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

/** A module that only an engine with relaxed SIMD takes: a function that returns relaxed_madd of three vectors. */
const RELAXED_PROBE = new Uint32Array([
  0x6d736100, 0x00000001, 0x60010501, 0x037b0100, 0x0a000102, 0x00110113, 0x11fd0041, 0x11fd0041, 0x11fd0041, 0x0b0285fd,
]);

async function compileEmbedded(strict: boolean): Promise<Binary> {
  const runs = (bytes: BufferSource): boolean => typeof WebAssembly !== "undefined" && WebAssembly.validate(bytes);
  const isRelaxed = !strict && runs(RELAXED_PROBE);
  const bytes = unpack(isRelaxed);
  if (!isRelaxed && !runs(bytes))
    throw new Error("There is no WebAssembly with SIMD here. Use Node 20 or newer, or a browser of 2023 or newer.");
  return { name: isRelaxed ? "relaxed" : "simd", module: await WebAssembly.compile(bytes) };
}

/** What has been compiled: all networks share it. */
const compiled: Binary[] = [];

/** @throws Error where the engine has no WebAssembly with SIMD. */
export async function chooseBinary({ strict = false, module }: BinaryOptions): Promise<Binary> {
  if (module) return { name: "given", module };
  return (compiled[Number(strict)] ??= await compileEmbedded(strict));
}
