// A symbolic value: what a cell's step function is given and returns instead of numbers.

import type { Graph, NodeId } from "./graph.ts";
import { describeShape, type Shape } from "./shape.ts";

/** A node of a graph that is being written down. It has a shape but no number: using it as one throws. */
export class Value {
  readonly graph: Graph;
  readonly id: NodeId;

  constructor(graph: Graph, id: NodeId) {
    this.graph = graph;
    this.id = id;
  }

  get shape(): Shape {
    return this.graph.nodes[this.id].shape;
  }

  get width(): number {
    return this.shape.width;
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return `symbolic ${describeShape(this.shape)}`;
    throw new TypeError(
      `A symbolic value (${describeShape(this.shape)}) was used as a number. The step function is run once, before there are numbers: write add(a, b), mul(a, b), scale(a, 2) instead of a + b, a * b, 2 * a, and decide nothing by comparing values.`,
    );
  }
}
