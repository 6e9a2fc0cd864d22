// Three kinds of vitest tests: quick ones for every save, full ones for every release, and those that need a real browser.

import { defineConfig } from "vitest/config";

const project = (name: string, seconds: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: seconds * 1000 },
});

export default defineConfig({ test: { projects: [project("quick", 20), project("full", 600), project("browser", 120)] } });
