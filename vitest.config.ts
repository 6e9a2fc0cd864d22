import { defineConfig } from "vitest/config";

/** `quick` answers within seconds; `full` is everything that needs only Node; `browser` needs Chromium; `package` packs and installs. */
const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout },
});

export default defineConfig({
  test: {
    projects: [project("quick", 15_000), project("full", 120_000), project("package", 240_000), project("browser", 240_000)],
  },
});
