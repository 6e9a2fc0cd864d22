// Judges the judge on the cases that quick tests leave out.

import { CASES } from "../reference/cases.ts";
import { judge } from "../support/judge.ts";

judge(CASES.filter(({ full }) => full));
