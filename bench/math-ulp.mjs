// Error (in ULP, against f64) and speed of the SIMD exp, log, sigmoid, softplus and tanh, in the plain and the relaxed binary.
//
//   node bench/math-ulp.mjs [--stride N] [--only tanh] [--speed] [--json]
//
// --json prints one record a function and binary instead of sentences. Stride 1 visits all 2^32 bit patterns; the default is a prime, so that mantissas of every kind are met. Relaxed needs Node 22.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const argument = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const stride = Number(argument("--stride") ?? 1009);
const only = argument("--only");

const exact = {
  exp: Math.exp,
  log: Math.log,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  tanh: Math.tanh,
};

/** Compiles assembly/bench/math.ts as one of the two binaries and instantiates it on a memory of 2 MiB. */
function instantiate(relaxed) {
  const out = `build/bench-math-${relaxed ? "relaxed" : "simd"}.wasm`;
  const options = ["--runtime", "stub", "--importMemory", "--initialMemory", "32", "-O3", "--noAssert"];
  const features = ["--enable", "simd", ...(relaxed ? ["--enable", "relaxed-simd"] : [])];
  const asc = ["node_modules/assemblyscript/bin/asc.js", "assembly/bench/math.ts", "--config", "none", ...options, ...features];
  execFileSync(process.execPath, [...asc, "--use", "abort=", "--disableWarning", "112", "-o", out, "-t", out.replace(".wasm", ".wat")], {
    cwd: root,
  });
  const memory = new WebAssembly.Memory({ initial: 32 });
  const binary = readFileSync(root + out);
  if (!WebAssembly.validate(binary)) return undefined;
  return { memory, ...new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } }).exports };
}

const block = 65536;
const inputs = 1024;
const outputs = inputs + block * 4;
const singles = outputs + block * 4;
const words = (module, at) => Buffer.from(module.memory.buffer, at, block * 4);
const spacing = new Float64Array(1);
const spacingBits = new BigInt64Array(spacing.buffer);

/** The distance between neighbouring f32 numbers around y. */
function ulp(y) {
  spacing[0] = Math.abs(y);
  const exponent = Number(spacingBits[0] >> 52n) - 1023;
  return 2 ** (Math.max(exponent, -126) - 23);
}

/** The worst error over every stride-th f32. */
function sweep(module, name) {
  const f = exact[name];
  const run = module[`${name}Row`];
  const each = module[`${name}Each`];
  const bits = new Uint32Array(module.memory.buffer, inputs, block);
  const x = new Float32Array(module.memory.buffer, inputs, block);
  const y = new Float32Array(module.memory.buffer, outputs, block);
  let worst = 0;
  let where = 0;
  let wrong = 0;
  for (let start = 0; start < 2 ** 32; start += stride * block) {
    for (let i = 0; i < block; i++) bits[i] = start + i * stride;
    run(outputs, inputs, outputs + block * 4);
    each(singles, inputs, singles + block * 4);
    if (Buffer.compare(words(module, outputs), words(module, singles)) !== 0) wrong++;
    const count = Math.min(block, Math.ceil((2 ** 32 - start) / stride));
    for (let i = 0; i < count; i++) {
      const e = f(x[i]);
      const got = y[i];
      const rounded = Math.fround(e);
      if (Object.is(got, rounded)) {
        if (got - e <= 0.25 * worst && e - got <= 0.25 * worst) continue;
        if (!Number.isFinite(got)) continue;
      } else if (Number.isNaN(got) || !Number.isFinite(e) || got - rounded === 0) {
        // NaN for a number, a number for Inf or NaN, the wrong zero.
        if (wrong++ < 5) console.log(`  ${name}(${x[i]}) = ${got}, not ${rounded}`);
        continue;
      }
      // Inf stands for 2^128 when it is not what f64 rounds to.
      const error = Math.abs((Number.isFinite(got) ? got : Math.sign(got) * 2 ** 128) - e) / ulp(e);
      if (error > worst) [worst, where] = [error, x[i]];
      if (name === "tanh" && Math.abs(got) > 1) wrong++;
    }
  }
  return { worst, where, wrong };
}

/** Nanoseconds per element of each, which take turns: the median of several rounds, once the optimizing compiler has had them all. */
function times(runs, count) {
  const rounds = runs.map(() => []);
  for (let round = -100; round < 200; round++) {
    for (const [index, run] of runs.entries()) {
      const begun = performance.now();
      for (let j = 0; j < 8; j++) run();
      if (round >= 0) rounds[index].push(((performance.now() - begun) * 1e6) / (8 * count));
    }
  }
  return rounds.map((values) => values.sort((a, b) => a - b)[values.length >> 1]);
}

/** The row loop, vector by vector, the function in a loop of JavaScript, and Math.tanh in such a loop. */
function speed(module, name) {
  const count = 4096;
  const x = new Float32Array(module.memory.buffer, inputs, count);
  for (let i = 0; i < count; i++) x[i] = (name === "log" ? 4 : 0) + 4 * Math.sin(i);
  const run = module[`${name}Row`];
  const each = module[`${name}Each`];
  const y = new Float32Array(count);
  const loop = (f) => new Function("f", "return (x, y) => { for (let i = 0; i < x.length; i++) y[i] = f(x[i]); }")(f);
  const [own, hyperbolic] = [loop(exact[name]), loop(Math.tanh)];
  const end = outputs + count * 4;
  const rows = () => run(outputs, inputs, end);
  const vectors = () => each(outputs, inputs, end);
  const [wasm, single, js, tanh] = times([rows, vectors, () => own(x, y), () => hyperbolic(x, y)], count);
  return { wasm, single, js, tanh };
}

const json = process.argv.includes("--json");
if (!json) console.log(`Node ${process.version}, ${stride === 1 ? "every f32" : `every ${stride}th f32`}`);
let failed = false;
for (const binary of ["simd", "relaxed"]) {
  const module = instantiate(binary === "relaxed");
  if (!module) {
    if (!json) console.log(`${binary}: this engine cannot run it`);
    continue;
  }
  for (const name of Object.keys(exact)) {
    if (only && name !== only) continue;
    const { wasm, single, js, tanh } = speed(module, name);
    const rate = `${wasm.toFixed(2)} ns (vector by vector ${single.toFixed(2)}), Math ${js.toFixed(2)} ns, ratio ${(js / wasm).toFixed(1)}`;
    if (process.argv.includes("--speed")) {
      console.log(`${binary} ${name}: ${rate}`);
      continue;
    }
    const { worst, where, wrong } = sweep(module, name);
    if (json) {
      console.log(JSON.stringify({ binary, name, worst, where, wrong, wasm, js, tanh }));
      continue;
    }
    failed ||= wrong > 0 || worst > (name === "softplus" ? 4 : 2);
    console.log(`${binary} ${name}: ${worst.toFixed(3)} ULP at ${where}${wrong ? `, ${wrong} WRONG` : ""}; ${rate}`);
  }
}
process.exitCode = failed ? 1 : 0;
