// The record that planning ends with.

import type { Node, NodeId } from "../graph/graph.ts";
import type { Buffer } from "./layout.ts";
import type { Stage } from "./schedule.ts";
import type { Purpose } from "./unfold.ts";
import type { Watched } from "./watch.ts";

/** What is handed from one window to the next: the last `slots` steps of a buffer. */
export interface Carried {
  readonly node: NodeId;
  readonly label: string;
  readonly slots: number;
  readonly width: number;
  readonly symbols: number;
  /** What stands there where nothing was carried: 0, or the symbol that stands before the beginning, −1 for none. */
  readonly nothing: number;
  /** Bytes from the start of the carry block. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Plan {
  readonly title: string;
  readonly purpose: Purpose;
  /** Whether some layer hears the output, or the truth in its place. */
  readonly listens: boolean;
  readonly batch: number;
  /** Of the timeline of the output. */
  readonly steps: number;
  /** Steps of every timeline. */
  readonly timelines: readonly number[];
  readonly nodes: readonly Node[];
  readonly users: readonly NodeId[][];
  readonly roots: ReadonlySet<NodeId>;
  /** What is written before a run, by name: inputs, and the targets of heads. */
  readonly given: Readonly<Record<string, NodeId>>;
  /** What is read after a run, by the name of the head. */
  readonly shown: Readonly<Record<string, NodeId>>;
  readonly losses: readonly NodeId[];
  /** What an inspection looks at. */
  readonly watched: readonly Watched[];
  readonly stages: readonly Stage[];
  /** What a decoder makes once, before its first step: commands of their own, that are run when it has been given something new. */
  readonly before: ReadonlySet<NodeId>;
  readonly buffers: ReadonlyMap<NodeId, Buffer>;
  readonly carried: readonly Carried[];
  readonly bytes: { readonly frame: number; readonly inputs: number; readonly carry: number; readonly scratch: number };
  toString(): string;
}
