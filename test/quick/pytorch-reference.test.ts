// The judge judged: the f64 reference against what PyTorch computed in f64, every output, loss, gradient and last state.

import { describe, test } from "vitest";
import { judgeReference } from "../support/judges.ts";
import { networks } from "../support/pytorch.ts";

describe.each(["tokens", "features", "vectors", "saturated", "carried", "cells"])("%s", (file) => {
  test.each(networks(file))("$name", judgeReference);
});
