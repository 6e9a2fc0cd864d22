// Kinds of vitest tests: quick ones for every save, full ones for every release, the packed package, that package in a real browser, and
// learning, which takes minutes and is run by itself.

import { defineConfig } from "vitest/config";

const test = (name: string, seconds: number) => ({
  name,
  include: [`test/${name}/**/*.test.ts`],
  setupFiles: ["test/support/equality.ts"],
  testTimeout: seconds * 1000,
  hookTimeout: 180_000,
});

export default defineConfig({
  test: {
    // Every core: by default one is left alone, which of two cores is half.
    maxWorkers: "100%",
    projects: [
      // Files share a thread's modules, which saves a third of the time (measured): quick tests keep nothing in them.
      { test: { ...test("quick", 20), pool: "threads", isolate: false } },
      { test: test("full", 600) },
      { test: test("package", 180) },
      { test: test("browser", 120) },
      { test: test("learning", 900) },
    ],
  },
});
