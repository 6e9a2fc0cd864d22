// Expected values that other projects have recorded (ONNX, ONNX Runtime, PyTorch's exports, Keras, TensorFlow.js), met by the reference and
// by the engine on every binary. Read in place from ../shared/conformance, beside the repository; where that is absent this says so and skips.

import { afterAll, describe, expect, test } from "vitest";
import { isPresent, suites } from "../conformance/suites.ts";

/** How many cases each file has: one that got lost would not be missed otherwise. */
const COUNTS = { "onnx-node-head": 18, "onnxruntime-rnn": 71, "onnx-pytorch-operator": 3, "keras-rnn": 61, "tfjs-rnn": 23 };

if (!isPresent) test.skip("recorded cases: ../shared/conformance is not here", () => {});
else {
  const lines: string[] = [];
  for (const { file, cases } of suites())
    describe(file, () => {
      let passed = 0;
      for (const { name, reason, engines, check } of cases) {
        if (reason) test.skip(`${name}, left out: ${reason}`, () => {});
        else
          test(name, async () => {
            for (const engine of engines)
              try {
                await check(engine);
              } catch (error) {
                throw new Error(`${engine.name}: ${(error as Error).message}`, { cause: error });
              }
            passed++;
          });
      }
      test("has all its cases", () => expect(cases.length).toBe(COUNTS[file as keyof typeof COUNTS]));
      afterAll(() => {
        const left = cases.filter(({ reason }) => reason);
        lines.push(
          `${file}: ${passed} of ${cases.length} passed${left.map(({ name, reason }) => `; left out ${name}: ${reason}`).join("")}`,
        );
      });
    });
  afterAll(() => console.log(lines.join("\n")));
}
