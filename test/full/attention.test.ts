// Attention: the reference judged by central differences, through both timelines and within loops, with rows of every length; the engine by it.

import { ATTENDING } from "../reference/attending.ts";
import { judge } from "../support/judge.ts";
import { judgeEngine, SIZES } from "../support/judge-engine.ts";

judge(ATTENDING);
// Every third size: steps and batches of 1 to 33, and programs with more room than is taken.
judgeEngine(ATTENDING, [
  ...SIZES.filter((_, index) => index % 3 === 0),
  { batch: 5, steps: 6, hidden: 8, input: 4, output: 3, room: { rows: 3, steps: 2 } },
]);
