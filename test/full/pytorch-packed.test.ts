// What PyTorch computed for packed rows of different lengths, sorted and not: the reference row by row.

import { describe, expect, test } from "vitest";
import { unfold } from "../../src/plan/unfold.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import { agree, exactly } from "../support/judges.ts";
import { rowsIn } from "../support/packed.ts";
import { definitionOf, networks, type RecordedNetwork } from "../support/pytorch.ts";
import { looksAhead, statesOf, watching } from "../support/watch.ts";

const PREDICT = { kind: "predict", raw: true } as const;

/** Each row alone: what it gives is what the packed one gave, and loss and gradients are means over all rows' steps. */
function judgeReference(recorded: RecordedNetwork): void {
  const definition = definitionOf(recorded.model);
  const { loss, gradients, states } = recorded.windows[0];
  const parameters = exactly(recorded.weights);
  const predicting = unfold(definition, PREDICT);
  const training = unfold(definition, { kind: "train", teacherForcing: true });
  const means = Object.fromEntries(Object.entries(gradients).map(([path, { length }]) => [path, new Float64Array(length)]));
  let mean = 0;
  for (const [b, { steps, input, target, output, share }] of rowsIn(recorded).entries()) {
    const data = { batch: 1, steps, parameters, input: Float32Array.from(input), target: Float32Array.from(target) };
    agree(`row ${b}: output`, interpretUnfolded(predicting, data).run.all(predicting.shown.target), output);
    const trained = interpretUnfolded(training, data);
    mean += share * trained.loss;
    for (const [path, sum] of Object.entries(means))
      sum.forEach((_, i) => {
        sum[i] += share * trained.gradients[path][i];
      });
    for (const [label, values] of Object.entries(states)) {
      const watched = unfold(watching(definition, [label]), PREDICT);
      const seen = interpretUnfolded(watched, data).run.all(watched.shown.target);
      const width = values.length / rowsIn(recorded).length;
      const end = looksAhead(definition, label) ? 0 : steps - 1;
      agree(`row ${b}: ${label}`, seen.slice(end * width, (end + 1) * width), values.slice(b * width, (b + 1) * width));
    }
  }
  agree("loss", [mean], [loss]);
  for (const [path, values] of Object.entries(gradients)) agree(path, means[path], values);
  expect(statesOf(definition).sort()).toEqual(Object.keys(states).sort());
}

describe("packed", () => {
  test.each(networks("packed"))("$name: the reference", judgeReference);
});
