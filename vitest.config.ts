// Four kinds of vitest tests: quick ones for every save, full ones for every release, the packed package, and that package in a real browser.

import { defineConfig } from "vitest/config";

const project = (name: string, seconds: number, globalSetup: string[] = []) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: seconds * 1000, globalSetup },
});

const packed = ["test/support/setup.ts"];

export default defineConfig({
  test: { projects: [project("quick", 20), project("full", 600), project("package", 120, packed), project("browser", 120, packed)] },
});
