// What the release binaries promise: no import but the memory, and nothing that a second instance on the same memory would change.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { unpack } from "../../src/engine/binary.ts";
import { readModule } from "../support/wasm.ts";

const build = fileURLToPath(new URL("../../build", import.meta.url));
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(build, `${name}.wasm`)));

const memoryFor = (shared: boolean) => new WebAssembly.Memory({ initial: 4, maximum: 65536, shared });

describe.each(["simd", "relaxed", "simd-shared", "relaxed-shared"])("%s", (name) => {
  const bytes = bytesOf(name);
  const shape = readModule(bytes);
  const shared = name.endsWith("-shared");

  test("imports the memory and nothing else", () => {
    expect(shape.imports).toEqual(["env.memory: memory"]);
    expect(shape.shared).toBe(shared);
  });

  test("has no data, no start function, no table, and no global that changes", () => {
    for (const section of ["data", "dataCount", "start", "table", "element"] as const) expect(shape.sections).not.toContain(section);
    expect(shape.mutableGlobals).toBe(0);
  });

  // Node 20 has no relaxed SIMD; `npm test` runs these tests on a newer Node as well.
  if (!WebAssembly.validate(bytes)) return;

  test("a second instance on the same memory changes no byte", () => {
    const module = new WebAssembly.Module(bytes);
    const memory = memoryFor(shared);
    new WebAssembly.Instance(module, { env: { memory } });
    const held = new Uint8Array(memory.buffer);
    for (let i = 0; i < held.length; i++) held[i] = Math.imul(i, 2654435761) >>> 24;
    const before = Buffer.from(held);
    new WebAssembly.Instance(module, { env: { memory } });
    expect(memory.buffer.byteLength).toBe(before.length);
    expect(before.equals(new Uint8Array(memory.buffer))).toBe(true);
  });

  test(`refuses memory that is ${shared ? "not " : ""}shared`, () => {
    const module = new WebAssembly.Module(bytes);
    expect(() => new WebAssembly.Instance(module, { env: { memory: memoryFor(!shared) } })).toThrow(WebAssembly.LinkError);
  });
});

test("what is embedded is what was built", () => {
  expect(Buffer.from(unpack(0)).equals(bytesOf("simd"))).toBe(true);
  expect(Buffer.from(unpack(1)).equals(bytesOf("relaxed"))).toBe(true);
});

test("the twins export the same functions", () => {
  const exported = (name: string) =>
    WebAssembly.Module.exports(new WebAssembly.Module(bytesOf(name))).map(({ kind, name }) => `${kind} ${name}`);
  expect(exported("simd-shared")).toEqual(exported("simd"));
});

test("the reader finds what it looks for", () => {
  const module = (...sections: number[][]) => Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, ...sections.flat()]);
  // (memory 1) (global (mut i32) (i32.const 300)) (global f64 (f64.const 0)) (data (i32.const 0) "")
  const globals = [6, 19, 2, 0x7f, 1, 0x41, 0xac, 2, 0x0b, 0x7c, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b];
  const bytes = module([5, 3, 1, 0, 1], globals, [11, 6, 1, 0, 0x41, 0, 0x0b, 0]);
  expect(WebAssembly.validate(bytes)).toBe(true);
  expect(readModule(bytes)).toEqual({ sections: ["memory", "global", "data"], imports: [], shared: false, mutableGlobals: 1 });
  // (import "env" "memory" (memory 1 2 shared))
  const imported = module([2, 16, 1, 3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 3, 1, 2]);
  expect(readModule(imported)).toMatchObject({ imports: ["env.memory: memory"], shared: true });
});
