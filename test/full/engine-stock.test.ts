// The engine against the f64 reference, as engine.test.ts: the cases that quick tests leave out, every option of the stock cells among them,
// at every other size.

import { CASES } from "../reference/cases.ts";
import { judgeEngine, SIZES } from "../support/judge-engine.ts";

const full = CASES.filter(({ full }) => full);
judgeEngine(
  full.filter(({ purposes }) => purposes.length > 1),
  SIZES.filter((_, index) => index % 2 === 1),
);
// The same cells stacked, or to a vector, and only trained: three sizes between.
judgeEngine(
  full.filter(({ purposes }) => purposes.length === 1),
  SIZES.filter((_, index) => index % 4 === 0),
);
