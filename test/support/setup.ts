// Before the tests of the package and of the browser: packs and installs once, finds the Node versions, and takes everything away again.

import type { TestProject } from "vitest/node";
import { type Consumer, installPackage, removeConsumer } from "./consumer.ts";
import { type Echo, echoIn } from "./echo.ts";
import { findNodes, type NodeVersion } from "./nodes.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly consumer: Consumer;
    readonly nodes: NodeVersion[];
    /** What each Node version made of the echo task, with each binary that it has. */
    readonly echoes: Echo[];
  }
}

export default function setup({ provide }: TestProject): () => void {
  const consumer = installPackage();
  const nodes = findNodes();
  provide("consumer", consumer);
  provide("nodes", nodes);
  provide(
    "echoes",
    nodes.flatMap(({ major, program }) => (program === null ? [] : echoIn(consumer, major, program))),
  );
  return () => removeConsumer(consumer);
}
