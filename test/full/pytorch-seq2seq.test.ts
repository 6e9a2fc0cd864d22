// What PyTorch computed for encoders and decoders with packed sources and targets of their own lengths: logits, losses, every gradient, and what is said.

import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { unfold } from "../../src/plan/unfold.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import { BINARIES } from "../support/engine.ts";
import { gradientsOf } from "../support/gradients.ts";
import { agree } from "../support/judges.ts";
import { asGoodAsPyTorch } from "../support/near.ts";
import { rowAfterRow } from "../support/row-after-row.ts";
import { dataOf, definitionOf, givenTo, type RecordedTranslation, sourcesOf, translations } from "../support/translated.ts";

const TRAIN = { kind: "train", teacherForcing: true } as const;

function judgeReference(recorded: RecordedTranslation): void {
  const definition = definitionOf(recorded.model);
  const unfolded = unfold(definition, TRAIN);
  const data = givenTo(recorded);
  const { loss, gradients, run } = interpretUnfolded(unfolded, data);
  const width = recorded.model.target[1] + 1;
  const lengths = recorded.targets.map((length) => length + 1);
  agree("output", rowAfterRow(run.all(unfolded.nodes[unfolded.losses[0]].inputs[0]), lengths, width), recorded.output);
  agree("loss", [loss], [recorded.loss]);
  expect(Object.keys(gradients).sort()).toEqual(Object.keys(recorded.gradients).sort());
  for (const [path, values] of Object.entries(recorded.gradients)) agree(path, gradients[path], values);
}

/** All rows in one ragged batch, on every binary: within f32's recorded share. */
async function judgeEngine(recorded: RecordedTranslation): Promise<void> {
  const definition = definitionOf(recorded.model);
  const data = dataOf(recorded);
  for (const binary of BINARIES) {
    const near = (what: string, values: ArrayLike<number>, truth: readonly number[]) =>
      asGoodAsPyTorch(`${binary.name}: ${what}`, values, truth, recorded.float32[what]);
    const [seen, ...others] = await gradientsOf(definition, recorded.weights, data, binary);
    expect(others).toEqual([]);
    near("loss", [seen.loss], [recorded.loss]);
    expect(Object.keys(seen.gradients).sort()).toEqual(Object.keys(recorded.gradients).sort());
    for (const [path, values] of Object.entries(recorded.gradients)) near(path, seen.gradients[path], values);
    using net = await compile(definition, { module: binary.module });
    for (const [path, values] of Object.entries(recorded.weights)) net.parameters.get(path).set(values);
    near("loss", [(await net.evaluate(data)).loss], [recorded.loss]);
    const said = net.generateAll({ sources: sourcesOf(recorded), greedy: true, maximum: recorded.maximum });
    expect(said.map(({ symbols }) => [...symbols])).toEqual(recorded.greedy);
  }
}

describe("seq2seq", () => {
  test.each(translations())("$name: the reference", judgeReference);
  test.each(translations())("$name: the engine", judgeEngine);
});
