// The installed package in headless Chromium, bundled by esbuild and by Vite: the same bits as Node on the same binary, and a page that stays alive.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { type Browser, chromium as driver } from "playwright-core";
import { preview, build as viteBuild, createServer as viteServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromium } from "../../scripts/chromium.mjs";
import { node } from "../../scripts/nodes.mjs";
import { echoWith, type Installed, install, type Told } from "../support/package.ts";

const executablePath = chromium();
const missing = executablePath ? "" : " (there is no Chromium here, and it could not be installed)";

/**
 * Milliseconds between turns of the event loop. Training gives way after 4 and the step that is running then (1 here), a timer
 * may have to wait for two turns, and adds up to 4. The longest gap holds the first step, which makes the plan, and whatever else the machine was busy with;
 * so the shorter quarter of the gaps is judged strictly, the longest, which is printed, only loosely: 18 to 40 on two busy cores (measured).
 */
const USUAL_GAP = 16;
const LONGEST_GAP = 200;

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let installed: Installed;
let browser: Browser;
let profile: string;

beforeAll(async () => {
  if (!executablePath) return;
  installed = install();
  writeFileSync(
    join(installed.folder, "page.js"),
    'import * as unrolled from "unrolled";\nimport { echo } from "./echo.mjs";\nglobalThis.train = (options) => echo(unrolled, options);\n',
  );
  writeFileSync(
    join(installed.folder, "index.html"),
    '<!doctype html><title>echo</title><link rel="icon" href="data:,"><script type="module" src="./page.js"></script>\n',
  );
  profile = mkdtempSync(join(tmpdir(), "chromium-"));
  browser = await driver.launch({ executablePath, headless: true, args: FLAGS });
});

afterAll(async () => {
  await browser?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

/** A port that nobody listens on: the page's socket to the development server must know it beforehand. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Trains in a page under `url`, strictly and not, and compares with Node. */
async function trainIn(url: string): Promise<void> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  await page.waitForFunction(() => "train" in globalThis);
  for (const strict of [true, false]) {
    const told = await page.evaluate((options) => (globalThis as unknown as { train(options: object): Promise<Told> }).train(options), {
      strict,
    });
    expect(told.accuracy).toBe(1);
    expect(told.binary).toBe(strict ? "simd" : "relaxed");
    const modern = node(22);
    if (strict) expect(told.digest).toBe(echoWith(process.execPath, installed, true).digest);
    else if (modern) expect(told.digest).toBe(echoWith(modern, installed, false).digest);
    else console.log("skipped: no Node here has relaxed SIMD to compare with");
    console.log(
      `${told.binary}: ${told.gaps.length} turns of the event loop while training, the longest gap ${told.gaps.at(-1)?.toFixed(0)} ms`,
    );
    expect(told.gaps.length).toBeGreaterThan(5);
    expect(told.gaps[told.gaps.length >> 2]).toBeLessThan(USUAL_GAP);
    expect(told.gaps.at(-1)).toBeLessThan(LONGEST_GAP);
  }
  expect(complaints).toEqual([]);
  await page.close();
}

test.skipIf(missing)(`bundled by esbuild${missing}`, async () => {
  const { outputFiles } = await esbuild({
    entryPoints: [join(installed.folder, "page.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
  });
  expect(outputFiles[0].text).not.toMatch(/["']node:/);
  const server = createServer((request, response) => {
    const script = request.url?.endsWith(".js");
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(
      script
        ? outputFiles[0].text
        : '<!doctype html><title>echo</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await trainIn(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.close();
});

test.skipIf(missing)(`built by Vite${missing}`, async () => {
  const { folder: root } = installed;
  await viteBuild({ root, configFile: false, logLevel: "error" });
  const server = await preview({ root, configFile: false, logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
  await trainIn(server.resolvedUrls?.local[0] as string);
  await server.close();
});

test.skipIf(missing)(`served by Vite's development server${missing}`, async () => {
  const server = await viteServer({
    root: installed.folder,
    configFile: false,
    logLevel: "error",
    server: { host: "127.0.0.1", port: await freePort(), strictPort: true },
  });
  await server.listen();
  await trainIn(server.resolvedUrls?.local[0] as string);
  await server.close();
});
