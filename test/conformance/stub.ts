// Until layers that look ahead are there.

import type { Layer } from "../../src/index.ts";

const missing =
  (kind: string) =>
  (_: Layer): Layer => ({
    kind,
    text: kind,
    build(): never {
      throw new Error(`not yet: ${kind}`);
    },
  });
export const reverse = missing("reverse");
export const bidirectional = missing("bidirectional");
