// What PyTorch computed for packed rows of different lengths, sorted and not: reference and engine in one ragged batch.

import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { BINARIES, runEngine } from "../support/engine.ts";
import { gradientsOf } from "../support/gradients.ts";
import { judgeReading } from "../support/judges.ts";
import { asGoodAsPyTorch } from "../support/near.ts";
import { dataOf, endsOf, givenTo, recordedPart } from "../support/packed.ts";
import { definitionOf, networks, type RecordedNetwork } from "../support/pytorch.ts";
import { looksAhead, watching } from "../support/watch.ts";

const PREDICT = { kind: "predict", raw: true } as const;

/** All rows in one batch as they are, on every binary: within f32's recorded share. */
async function judgeEngine(recorded: RecordedNetwork): Promise<void> {
  const definition = definitionOf(recorded.model);
  const { output, loss, gradients, states, float32 } = recorded.windows[0];
  const data = dataOf(recorded);
  for (const binary of BINARIES) {
    const near = (what: string, values: ArrayLike<number>, truth: readonly number[]) =>
      asGoodAsPyTorch(`${binary.name}: ${what}`, values, truth, float32[what]);
    const [seen, ...others] = await gradientsOf(definition, recorded.weights, data, binary);
    expect(others).toEqual([]);
    near("loss", [seen.loss], [loss]);
    expect(Object.keys(seen.gradients).sort()).toEqual(Object.keys(gradients).sort());
    for (const [path, values] of Object.entries(gradients)) near(path, seen.gradients[path], values);
    using net = await compile(definition, { module: binary.module });
    for (const [path, values] of Object.entries(recorded.weights)) net.parameters.get(path).set(values);
    near("loss", [(await net.evaluate(data)).loss], [loss]);
    const outputs = net.predictAll(data.inputs, { raw: true, batch: data.batch });
    near(
      "output",
      outputs.flat().flatMap((step) => [...step]),
      output,
    );
    for (const [label, values] of Object.entries(states)) {
      const seen = await runEngine(watching(definition, [label]), PREDICT, givenTo(recorded), binary);
      near(label, endsOf(seen.output, recorded, looksAhead(definition, label)), values);
    }
  }
}

describe("packed", () => {
  test.each(networks("packed"))("$name: the reference", (recorded) => {
    judgeReading(recorded, { given: givenTo, part: recordedPart, ends: endsOf });
  });
  test.each(networks("packed"))("$name: the engine", judgeEngine);
});
