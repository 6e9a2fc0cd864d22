// Commands as text: opcode, counts and addresses, one a line.

import { Opcode, Span } from "../../assembly/isa.ts";
import type { Command } from "./words.ts";

export function printProgram(commands: readonly Command[]): string {
  let body = 0;
  return commands
    .map((command, index) => {
      const { opcode, span = Span.nothing, rows = 0, inner = 0, width = 0, flags = 0, operands = [], labels = [] } = command;
      const indent = body > 0 ? "    " : "  ";
      body = opcode === Opcode.loop ? inner : Math.max(0, body - 1);
      const places = operands.map(({ base, timeStride }) => `@${base.toString(16)}${timeStride ? `+${timeStride}t` : ""}`).join(" ");
      const over = span === Span.nothing ? `rows ${rows}` : Span[span];
      const counts = [over, inner && `inner ${inner}`, width && `width ${width}`, flags && `flags ${flags}`].filter(Boolean).join(" ");
      return `${String(index).padStart(4)}${indent}${Opcode[opcode].padEnd(16)}${counts.padEnd(40)}${places}  ${labels.join(", ")}`;
    })
    .join("\n");
}
