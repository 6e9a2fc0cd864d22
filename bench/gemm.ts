// Speed of the products: every size and form that training and streaming use, as a share of the peak measured in the same run.
//
//   node bench/gemm.ts                Node 22.18 or later; older ones need it compiled first. Relaxed SIMD needs Node 22.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Block, median } from "./figure.ts";

export interface Measurement {
  name: string;
  value: number;
  unit: string;
  goal: number | undefined;
  met: boolean;
  /** Of a product: its speed as a share of the peak that was measured right before it. */
  share: number | undefined;
}

export type Binary = "simd" | "relaxed";

interface Kernels {
  run(operation: number, ...words: number[]): void;
  peak(iterations: number, scale: number, shift: number): number;
  PEAK_OPERATIONS: WebAssembly.Global;
}

/** One thing to time. `work` is floating-point operations or bytes in `repeat` calls. */
interface Case {
  name: string;
  work: number;
  repeat: number;
  unit: "GFLOP/s" | "GB/s" | "µs";
  goal: number | undefined;
  call(): void;
}

const MIB = 1 << 20;
/** Where each operand lives: 20 MiB apart, room for 2048 × 1024 floats. */
const AT = { a: 4 * MIB, w: 24 * MIB, packed: 44 * MIB, out: 64 * MIB, scratch: 84 * MIB };
/** Share of the peak that a product must reach. Two roundings keep a second port busy, so the simd peak is harder to come near. */
const SHARE: Record<Binary, number> = { relaxed: 0.8, simd: 0.6 };
/** Milliseconds that each case runs before it counts: the optimizing compiler works beside, and takes a function only once it is hot. */
const WARM = 80;
const ROUNDS = 25;

const row = (width: number): number => Math.ceil(width / 8) * 32;

function instantiate(binary: Binary): Kernels | undefined {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const out = `build/bench-gemm-${binary}.wasm`;
  const features = binary === "relaxed" ? "simd,bulk-memory,relaxed-simd" : "simd,bulk-memory";
  const options = ["--config", "none", "--runtime", "stub", "--importMemory", "-O3", "--noAssert", "--use", "abort="];
  const asc = ["node_modules/assemblyscript/bin/asc.js", "assembly/bench/gemm.ts", ...options, "--disableWarning", "112"];
  execFileSync(process.execPath, [...asc, "--enable", features, "-o", out, "-t", out.replace(".wasm", ".wat")], { cwd: root });
  const bytes = readFileSync(root + out);
  if (!WebAssembly.validate(bytes)) return undefined;
  const memory = new WebAssembly.Memory({ initial: (104 * MIB) / 65536 });
  new Float32Array(memory.buffer).fill(0.01);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as unknown as Kernels;
}

/** Calls that take about 300 µs together, so that the clock's grain of 1 µs does not show. */
const calls = (work: number): number => Math.max(1, Math.round(12e6 / work));

function product({ run }: Kernels, rows: number, inner: number, columns: number, goal?: number): Case {
  const work = 2 * rows * inner * columns;
  const call = () => run(2, AT.out, row(columns), AT.a, row(inner), AT.packed, 0, 0, rows, inner, columns);
  return { name: `gemm ${rows} × ${inner} × ${columns}`, work, repeat: calls(work), unit: "GFLOP/s", goal, call };
}

function gradient({ run }: Kernels, rows: number, inner: number, columns: number, goal?: number): Case {
  const work = 2 * rows * inner * columns;
  const call = () => run(3, AT.out, row(columns), AT.a, row(inner), AT.w, row(columns), rows, inner, columns, 0, AT.scratch);
  return { name: `outer ${rows} × ${inner} × ${columns}`, work, repeat: calls(work), unit: "GFLOP/s", goal, call };
}

function packing({ run }: Kernels, transposed: boolean, inner: number, columns: number): Case {
  const stride = row(transposed ? inner : columns);
  const work = 8 * inner * columns;
  const call = () => run(transposed ? 1 : 0, AT.packed, AT.w, stride, inner, columns);
  const name = `${transposed ? "packTransposed" : "pack"} ${inner} × ${columns}`;
  return { name, work, repeat: calls(work), unit: "GB/s", goal: undefined, call };
}

/** Weights are packed for dX = dY · wᵀ by packTransposed, then multiplied by the same gemm: a packing and a product. */
function backward({ run }: Kernels, rows: number, inner: number, columns: number, goal?: number): Case {
  const work = 2 * rows * inner * columns;
  const call = () => {
    run(1, AT.packed, AT.w, row(columns), columns, inner);
    run(2, AT.out, row(inner), AT.a, row(columns), AT.packed, 0, 0, rows, columns, inner);
  };
  return { name: `packTransposed + gemm ${rows} × ${columns} × ${inner}`, work, repeat: calls(work), unit: "GFLOP/s", goal, call };
}

function cases(kernels: Kernels): Case[] {
  const list: Case[] = [];
  for (const rows of [32, 64]) list.push(product(kernels, rows, 1024, 256, 1), product(kernels, rows, 256, 1024, 1));
  for (const width of [128, 512]) {
    for (const rows of [32, 2048]) list.push(product(kernels, rows, width, width, 1));
    for (const rows of [2, 3, 5, 7, 31, 33]) list.push(product(kernels, rows, width, width));
  }
  list.push(backward(kernels, 2048, 256, 1024, 1));
  list.push(gradient(kernels, 2048, 256, 1024, 1), gradient(kernels, 2048, 1024, 256, 1));
  list.push(gradient(kernels, 2048, 128, 128, 1), gradient(kernels, 2048, 512, 512, 1), gradient(kernels, 2048, 256, 65));
  for (const transposed of [false, true]) {
    for (const [inner, columns] of [
      [128, 128],
      [256, 1024],
      [1024, 256],
    ] as const) {
      list.push(packing(kernels, transposed, inner, columns));
    }
  }
  list.push({ ...product(kernels, 1, 128, 128), unit: "µs", goal: 1.5 });
  return list;
}

/** Nanoseconds of processor time: of the clock's, a case of several milliseconds loses some to other processes. */
function duration(item: Case): number {
  const start = process.cpuUsage();
  for (let n = item.repeat; n > 0; n--) item.call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}

/**
 * Nanoseconds of each case and of the peak right before it, round by round. All take turns, so that a slow minute is shared; and each
 * is compared with its neighbour in time, since a processor's clock, and what the other half of its core does, change within a second.
 */
function time(peak: Case, list: Case[]): { own: number[]; peaks: number[] }[] {
  for (const item of [peak, ...list]) {
    for (let spent = 0; spent < WARM * 1e6; ) spent += duration(item);
  }
  const samples = list.map(() => ({ own: [] as number[], peaks: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, item] of list.entries()) {
      samples[index]!.peaks.push(duration(peak));
      samples[index]!.own.push(duration(item));
    }
  }
  return samples;
}

/** A block that tells what so many multiply-adds take at the peak, in milliseconds; null where the engine does not take the binary. */
export function peakBlock(binary: Binary, multiplyAdds: number): Block | null {
  const kernels = instantiate(binary);
  if (!kernels) return null;
  const iterations = 60_000;
  const operations = iterations * (kernels.PEAK_OPERATIONS.value as number);
  const call = () => {
    kernels.peak(iterations, 0.5, 0.25);
  };
  const peak: Case = { name: "peak", work: operations, repeat: 10, unit: "GFLOP/s", goal: undefined, call };
  return () => (duration(peak) * 2 * multiplyAdds) / (1e6 * peak.repeat * operations);
}

function measure(binary: Binary): Measurement[] {
  const kernels = instantiate(binary);
  if (!kernels) return [];
  const iterations = 60_000;
  const operations = iterations * (kernels.PEAK_OPERATIONS.value as number);
  const call = () => {
    kernels.peak(iterations, 0.5, 0.25);
  };
  const list = cases(kernels);
  const times = time({ name: "peak", work: operations, repeat: 1, unit: "GFLOP/s", goal: undefined, call }, list);
  const top = operations / median(times.flatMap(({ peaks }) => peaks));
  const first = { name: `${binary}: peak`, value: top, unit: "GFLOP/s", goal: undefined, met: true, share: undefined };
  const others = list.map(({ name, work, repeat, unit, goal: wanted }, index): Measurement => {
    const { own, peaks } = times[index]!;
    const each = median(own) / repeat;
    if (unit === "µs") {
      const value = each / 1000;
      return { name: `${binary}: ${name}`, value, unit, goal: wanted, met: wanted === undefined || value <= wanted, share: undefined };
    }
    const share = unit === "GB/s" ? undefined : median(own.map((time, round) => (work * repeat * peaks[round]!) / (time * operations)));
    const goal = wanted === undefined ? undefined : wanted * SHARE[binary];
    const met = goal === undefined || share === undefined || share >= goal;
    return { name: `${binary}: ${name}`, value: work / each, unit, goal: goal && goal * top, met, share };
  });
  return [first, ...others];
}

/** Every case in both binaries; in the relaxed one only where the engine takes it. Goals of products are shares of the measured peak. */
export function measureGemm(): Measurement[] {
  return [...measure("relaxed"), ...measure("simd")];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, value, unit, goal, met, share } of measureGemm()) {
    const verdict = goal === undefined ? "" : `goal ${goal.toFixed(1)}${met ? "" : "  NOT MET"}`;
    const part = share === undefined ? "" : `${(100 * share).toFixed(0)} %`;
    console.log(name.padEnd(46), value.toFixed(2).padStart(8), unit.padEnd(8), part.padStart(5), verdict);
  }
}
