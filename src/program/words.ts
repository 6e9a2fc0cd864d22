// A program as it lies in memory: commands, then the map programs that they point to, written into one growing list of words.

import { COMMAND_WORDS, FIRST_OPERAND_WORD, MAX_OPERANDS, OPERAND_WORDS, type Opcode, Span } from "../../assembly/isa.ts";

/** Where an operand starts at t = 0 and how far it is from step to step and from row to row, in bytes. */
export interface Operand {
  readonly base: number;
  readonly timeStride: number;
  readonly rowStride: number;
}

export const ABSENT: Operand = { base: 0, timeStride: 0, rowStride: 0 };

/** An operand as it lies in the program of a map. */
export const operandWords = ({ base, timeStride, rowStride }: Operand): number[] => [base, timeStride, rowStride, 0];

export interface Command {
  readonly opcode: Opcode;
  /** What it goes over. Default: nothing, only its own rows. */
  readonly span?: Span;
  readonly timeline?: number;
  readonly rows?: number;
  readonly inner?: number;
  readonly width?: number;
  readonly flags?: number;
  readonly real?: number;
  /** An address; for a map, the words of its program instead. */
  readonly extra?: number | Uint32Array;
  /** Written operands come first. */
  readonly outputs?: number;
  readonly operands?: readonly Operand[];
  /** What the result is called, for people; one name for each output. */
  readonly labels?: readonly string[];
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of a number as f32. */
export function floatBits(number: number): number {
  float[0] = number;
  return bits[0];
}

/** The commands as words, to be placed at `address`. Map programs follow the last command. */
export function assemble(commands: readonly Command[], address: number): Uint32Array {
  const maps = commands.flatMap(({ extra }) => (extra instanceof Uint32Array ? [extra] : []));
  const words = new Uint32Array(commands.length * COMMAND_WORDS + maps.reduce((sum, map) => sum + map.length, 0));
  let free = commands.length * COMMAND_WORDS;
  commands.forEach((command, index) => {
    const { opcode, span = Span.nothing, timeline = 0, rows = 0, inner = 0, width = 0, flags = 0, real = 0, extra = 0 } = command;
    const { outputs = 0, operands = [] } = command;
    if (operands.length > MAX_OPERANDS) throw new Error(`internal: a command of ${operands.length} operands`);
    const at = index * COMMAND_WORDS;
    let pointer = extra;
    if (pointer instanceof Uint32Array) {
      words.set(pointer, free);
      const start = address + free * 4;
      free += pointer.length;
      pointer = start;
    }
    words.set([opcode, span, timeline, rows, inner, width, flags, floatBits(real), pointer, outputs], at);
    operands.forEach(({ base, timeStride, rowStride }, operand) => {
      words.set([base, timeStride, rowStride], at + FIRST_OPERAND_WORD + operand * OPERAND_WORDS);
    });
  });
  return words;
}

/** Words that `assemble` will return. */
export const wordCount = (commands: readonly Command[]): number =>
  commands.reduce((sum, { extra }) => sum + COMMAND_WORDS + (extra instanceof Uint32Array ? extra.length : 0), 0);
