// What PyTorch computed for encoders and decoders with packed sources and targets of their own lengths: logits, losses, every gradient.

import { describe, expect, test } from "vitest";
import { unfold } from "../../src/plan/unfold.ts";
import { interpretUnfolded } from "../reference/interpret.ts";
import { agree } from "../support/judges.ts";
import { rowAfterRow } from "../support/row-after-row.ts";
import { definitionOf, givenTo, type RecordedTranslation, translations } from "../support/translated.ts";

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

describe("seq2seq", () => {
  test.each(translations())("$name: the reference", judgeReference);
});
