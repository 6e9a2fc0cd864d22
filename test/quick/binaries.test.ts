// What the release binaries promise: no import but the memory, nothing that a second instance on the same memory would change, and that plain and fused
// multiply-add come from one text.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { settle, unpack } from "../../src/engine/unpack.ts";
import { readModule } from "../support/wasm.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = (name: string) => new Uint8Array(readFileSync(join(root, "build", `${name}.wasm`)));

/** What was built, with its multiply-adds settled. */
function bytesOf(name: string, fused: boolean): Uint8Array<ArrayBuffer> {
  const bytes = built(name);
  settle(bytes, fused);
  return bytes;
}

const memoryFor = (shared: boolean) => new WebAssembly.Memory({ initial: 4, maximum: 65536, shared });

describe.each([
  ["kernels", false],
  ["kernels", true],
  ["kernels-shared", false],
  ["kernels-shared", true],
])("%s, fused: %s", (name, fused) => {
  const bytes = bytesOf(name, fused);
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

test.each([false, true])("what is embedded is what was built, fused: %s", (fused) => {
  expect(Buffer.from(unpack(fused)).equals(bytesOf("kernels", fused))).toBe(true);
});

test("the twins export the same functions", () => {
  const exported = (name: string) =>
    WebAssembly.Module.exports(new WebAssembly.Module(bytesOf(name, false))).map(({ kind, name }) => `${kind} ${name}`);
  expect(exported("kernels-shared")).toEqual(exported("kernels"));
});

describe("an instruction that is left open", () => {
  const text = readFileSync(join(root, "build/kernels.wat"), "utf8");
  const named = (instruction: string) => text.split("\n").filter((line) => line.trim() === instruction).length;
  const held = (bytes: Uint8Array, ...instruction: number[]) =>
    Buffer.from(bytes)
      .toString("latin1")
      .split(String.fromCharCode(...instruction)).length - 1;
  const [plain, fused] = [bytesOf("kernels", false), bytesOf("kernels", true)];

  test.each([
    ["f32", ["i16x8.sub_sat_s", 0x92], ["i16x8.sub_sat_u", 0x93], ["f32x4.mul", 0xe6], ["f32x4.add", 0xe4], 0x85],
    ["f64", ["f64x2.pmin", 0xf6], ["f64x2.pmax", 0xf7], ["f64x2.mul", 0xf2], ["f64x2.add", 0xf0], 0x87],
  ] as const)("%s: stands where the text has it and nowhere else, and all are settled", (_, product, sum, mul, add, madd) => {
    const count = named(product[0]);
    expect(count).toBeGreaterThan(5);
    expect(named(sum[0])).toBe(count);
    const open = built("kernels");
    for (const [, byte] of [product, sum]) {
      expect(held(open, 0xfd, byte, 1)).toBe(count);
      for (const bytes of [plain, fused]) expect(held(bytes, 0xfd, byte, 1)).toBe(0);
    }
    for (const [name, byte] of [mul, add]) expect(held(plain, 0xfd, byte, 1)).toBe(named(name) + count);
    expect(held(fused, 0xfd, madd, 2)).toBe(count);
  });

  test("is written in no kernel", () => {
    for (const name of readdirSync(join(root, "assembly"), { recursive: true, encoding: "utf8" }))
      if (name.endsWith(".ts") && !name.endsWith("madd.ts"))
        expect(readFileSync(join(root, "assembly", name), "utf8"), name).not.toMatch(
          /i16x8\.sub_sat_[su]|f64x2\.p(min|max)|v128\.(sub_sat|pmin|pmax)</,
        );
  });
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
