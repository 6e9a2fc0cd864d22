// Sequence-to-sequence models: the reference judged by central differences through both timelines, the engine by the reference; rows of every length.

import { SEQUENCES } from "../reference/sequences.ts";
import { judge } from "../support/judge.ts";
import { judgeEngine, SIZES } from "../support/judge-engine.ts";
import type { RaggedSize } from "../support/judge-run.ts";

judge(SEQUENCES.filter(({ full }) => full));

/** Every third size: steps and batch of 1 to 33, in programs that just have the room, and one that has more. */
const sizes: readonly RaggedSize[] = SIZES.filter((_, index) => index % 3 === 0);
judgeEngine(SEQUENCES, [...sizes, { batch: 5, steps: 6, hidden: 8, input: 4, output: 3, room: { rows: 3, steps: 2 } }]);
