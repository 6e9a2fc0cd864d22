// Four kinds of vitest tests: quick ones for every save, full ones for every release, the packed package, and that package in a real browser.

import { defineConfig } from "vitest/config";

const project = (name: string, seconds: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: seconds * 1000, hookTimeout: 180_000 },
});

export default defineConfig({
  test: { projects: [project("quick", 20), project("full", 600), project("package", 180), project("browser", 120)] },
});
