// Outputs, losses, every gradient and the last states of recurrent networks as PyTorch computed them (test/fixtures/record.py), on every binary.

import { describe, test } from "vitest";
import { judgeEngine } from "../support/judges.ts";
import { networks } from "../support/pytorch.ts";

describe.each(["tokens", "features", "vectors", "saturated", "carried", "cells"])("%s", (file) => {
  test.each(networks(file))("$name", judgeEngine);
});
