// What assembly/ and src/ agree on. The one file compiled by both asc and tsc: plain constants, no types of either, no imports.

/** Rows of a sequence that `outer` takes in at a time. */
export const OUTER_ROWS = 256;
/** Rows of the gradient that `outer` computes at a time: whole slices of 6 and of 4. */
export const OUTER_INNER = 72;
/** What `outer` needs for these, in bytes. */
export const OUTER_SLICE_BYTES = OUTER_INNER * OUTER_ROWS * 4;
/** What `outer` needs for each 8 columns of the gradient, in bytes. */
export const OUTER_PANEL_BYTES = OUTER_ROWS * 32;
/** Scratch of `outer` in bytes, for a gradient that is `columns` wide. */
export function outerScratchBytes(columns: number): number {
  return OUTER_SLICE_BYTES + Math.ceil(columns / 8) * OUTER_PANEL_BYTES;
}
/** Scratch of `mixture` in bytes: three numbers for each mean, and four for each component. */
export function mixtureScratchBytes(components: number, dimensions: number): number {
  return Math.ceil((components * dimensions) / 8) * 96 + Math.ceil(components / 8) * 128;
}

/**
 * The words of a `map`: element-wise operations y = f(a, b, c) on floats, in the order of what they take. `v` is the immediate.
 * The order is the encoding: the interpreter is one dense switch, and reads as many sources as the group says.
 */
export enum MapOp {
  // v
  fill,
  // a
  copy,
  neg,
  abs,
  square,
  sqrt,
  reciprocal,
  /** -1, 0 or 1; 0 where a is NaN. */
  sign,
  /** 1 where a > 0, else 0. */
  step,
  exp,
  log,
  tanh,
  sigmoid,
  relu,
  softplus,
  // a, v
  /** a + v */
  addImmediate,
  /** a · v */
  mulImmediate,
  /** v - a */
  subtractFromImmediate,
  minimumImmediate,
  maximumImmediate,
  // a, b
  add,
  sub,
  mul,
  div,
  /** b·(1 - a²): a is the tanh, b the gradient of it. */
  tanhGradient,
  /** b·a·(1 - a): a is the sigmoid, b the gradient of it. */
  sigmoidGradient,
  /** b where a > 0, else 0: a is the relu (or its argument), b the gradient of it. */
  reluGradient,
  /** b·sigmoid(a): a is the argument of softplus, b the gradient of its result. */
  softplusGradient,
  // a, b, c
  /** c where a = b, else 0: a is the argument of a clamp, b its result, c the gradient of that. */
  clampGradient,
  /** c + a·(b - c) */
  mix,
  /** a·b + c */
  multiplyAdd,
}

/** The first word with two sources, with three, and how many words there are. */
export const MAP_FIRST_BINARY = 20;
export const MAP_FIRST_TERNARY = 28;
export const MAP_OPS = 31;

/*
 * A map program, all fields 4 bytes:
 *
 *   header        instructions  operands  registers  block (floats, for information)
 *   operand       base          bytes per time step  bytes per row  0                        × operands
 *   instruction   MapOp         y         a          b or v (f32)   c                        × instructions
 *
 * y, a, b, c are references: i is operand i, MAP_REGISTER + r is register r.
 * The kernels of gates read a program without instructions, whose operands are in the kernel's order; one of base 0 is absent.
 */
export const MAP_HEADER_BYTES = 16;
export const MAP_OPERAND_BYTES = 16;
export const MAP_INSTRUCTION_BYTES = 20;
export const MAP_REGISTER = 0x40000000;
export const MAP_MAX_REGISTERS = 16;
/**
 * Floats that a map takes through all of its words before it goes on to the next ones: 16 registers fill a first-level cache of 32 kB.
 * (Eight words of arithmetic, ns per element and word: 0.22 with 128, 0.15 with 256, 0.133 with 512, 0.123 with 1024, 0.122 with 2048.)
 */
export const MAP_BLOCK = 512;
/** From one register to the next. */
export const MAP_REGISTER_BYTES = MAP_BLOCK * 4;
/** The most that the registers of a map need. */
export const MAP_SCRATCH_BYTES = MAP_MAX_REGISTERS * MAP_REGISTER_BYTES;

/*
 * Ragged batches: nothing is padded and nothing is masked. A sequence lies time-major, and a batch takes as much of its room as it needs:
 * the rows of each timeline stand in order of descending length, so that at each step those that are alive come first.
 *
 *     row   0 1 2 3 · ·     room for B = 6, T = 6; lengths 6 4 4 2
 *   t = 0   x x x x         counts[0] = 4
 *       1   x x x x         4                  a run is a stretch of rows without a gap between them: if all B are alive, all steps to the end
 *       2   x x x           3                  of the shortest are one, and each step after that is one; in a batch like this, each step
 *       3   x x x           3
 *       4   x               1
 *       5   x               1
 *
 * A command that spans a timeline is run run by run, in a loop step by step; sums go on from run to run. What looks ahead finds nothing behind each
 * row's own end, because that is cleared row by row. A vector is always in the batch's own order; `order` leads from one to the other.
 *
 * In a step of some rows `order` names these: what is carried, and vectors that are given, are found by it; all else is of as many rows as it names.
 *
 * The tables of a program, words of 4 bytes:
 *
 *   span       runs (how many)    address of pairs: first step, rows                              one for each Span
 *   timeline   lengths            order                  places                 0                 × TIMELINES, addresses of i32 [B]
 *              of the batch's     row of the batch that  the row of the timeline
 *              row b              stands in row r        in which row b stands
 */
export const TIMELINES = 2;
export const SPAN_BYTES = 8;
export const RUN_BYTES = 8;
export const TIMELINE_BYTES = 16;
/** Where the timelines begin in the tables, and how long these are. */
export const TABLES_TIMELINES = 48;
export const TABLES_BYTES = 80;

/** What a command goes over. Of `runs` and `steps` there is one for each timeline. */
export enum Span {
  /** Parameters: `rows` rows of the command's own, once. */
  nothing,
  /** Vectors: the rows of the batch. */
  rows,
  /** Sequences, in as few runs as there are. */
  runs,
  runsOfSource,
  /** Sequences step by step: in a loop, or because an operand is the same at every step. */
  steps,
  stepsOfSource,
}

/** What a command does. The order is the encoding: the executor is one dense switch. */
export enum Opcode {
  /** Runs the next `inner` commands once for each step of its span; `flags` 1: from the first to the last, −1: from the last to the first. */
  loop,
  pack,
  packTransposed,
  gemm,
  outer,
  gather,
  scatter,
  columnSum,
  map,
  lstmGates,
  lstmGatesGradient,
  gruGates,
  gruGatesGradient,
  copy,
  fill,
  softmax,
  softmaxGradient,
  normalize,
  normalizeGradient,
  argmax,
  /** `inner` rows of a batch, `extra` the stream, `real` the share that is kept, `flags` of these two below. */
  dropout,
  /** Losses: `real` the weight, `rows` 1 for the mean over sequences; here `flags` the symbol that does not count. */
  crossEntropy,
  meanSquared,
  binaryCrossEntropy,
  /** `inner` numbers of a target's row, `flags` the bits of log floor. */
  mixture,
  /** `flags`, here and in the next two: the bits of a number or symbol that stands where nothing else does. */
  carryIn,
  carryOut,
  /** `inner` slots before the first step of all rows; behind the last step of each row. */
  before,
  behind,
  /** `flags` −1: the first step instead, where time is reversed. */
  last,
  atLast,
  /** `flags` 1: from the batch's own order to that of the timeline, −1: back. */
  arrange,
  /** `inner` steps at most, 0 for all, `flags` of these below. */
  sumOverTime,
  update,
  sparse,
  sparseTransposed,
  addNoise,
  /** `inner` rows of a batch, `extra` the stream, here and in the next four: a symbol drawn from each row. */
  draw,
  drawBits,
  /** `flags` components, `real` the floor. */
  drawDensity,
  /** Each row from one of two, as its coin falls. */
  either,
  eitherGradient,
  /** Attention. `flags` 1: the panels of the transpose. Rows of panels, one for each row of the batch, are operands like others. */
  packSource,
  dotScore,
  additiveScore,
  align,
  alignGradient,
  attend,
  spread,
  additiveToQuery,
  additiveToKey,
}

export const DROPOUT_SCALED = 1;
export const DROPOUT_PER_SEQUENCE = 2;

/** The last steps instead of the first ones. */
export const SUM_REVERSED = 1;
/** Nothing for rows that go on from what was carried. */
export const SUM_BEGUN = 2;

/*
 * A command, 128 bytes, all words of 4 bytes:
 *
 *   word   0 opcode   1 span   2 timeline   3 rows   4 inner   5 width   6 flags   7 real (f32)   8 extra (address)   9 outputs
 *   then   base   bytes per time step   bytes per row                                                             × 7 operands
 *
 * The first `outputs` operands are written, the others read: the rows of its span, or of a span of nothing `rows`; of the sums over rows (outer,
 * scatter, columnSum) `inner` are written. An operand of base 0 is absent.
 */
export const COMMAND_BYTES = 128;
export const COMMAND_WORDS = 32;
export const FIRST_OPERAND_WORD = 10;
export const OPERAND_WORDS = 3;
export const MAX_OPERANDS = 7;

/*
 * The control block, in bytes from its start: how a run is told what it needs and how it answers.
 */
export const CONTROL_BYTES = 512;
export const CONTROL_SEED_LOW = 0;
export const CONTROL_SEED_HIGH = 4;
/** u32: training steps begun so far; decides dropout and random directions. */
export const CONTROL_STEP = 8;
/** u32: 1 to look at every result, stop at the first that is not finite, and leave the parameters alone. */
export const CONTROL_CHECK = 12;
/** f64: Euclidean norm of the gradient before clipping. */
export const CONTROL_NORM = 32;
/** u32: numbers that clipping by value cut. */
export const CONTROL_CUT = 40;
/** u32: what the update did, a `Status`. */
export const CONTROL_STATUS = 44;
/** Addresses. */
export const CONTROL_SCRATCH = 48;
export const CONTROL_CARRY_IN = 52;
export const CONTROL_CARRY_OUT = 56;
/** One i32 a row of the batch, 0 to begin anew; or 0 to carry all. */
export const CONTROL_KEEP = 60;
/** u32, an `Optimizer`. */
export const CONTROL_OPTIMIZER = 64;
/** u32, a `Policy`. */
export const CONTROL_POLICY = 68;
/** f32, 0 for none. */
export const CONTROL_CLIP_VALUE = 72;
/** f32, 0 for none. */
export const CONTROL_CLIP_NORM = 76;
/** f64 each; alpha is also beta1. */
export const CONTROL_RATE = 80;
export const CONTROL_ALPHA = 88;
export const CONTROL_BETA2 = 96;
export const CONTROL_EPSILON = 104;
export const CONTROL_WEIGHT_DECAY = 112;
export const CONTROL_MOMENTUM = 120;
export const CONTROL_DAMPENING = 128;
/** u32: nesterov (sgd), centred (rmsprop) or decoupled (adam). */
export const CONTROL_VARIANT = 136;
/** f32: length of a random step. */
export const CONTROL_RANDOM_LENGTH = 140;
/** i32 each: with check, the command, the first step of its run, the element within that and the output that are not finite; command −1 if all are. */
export const CONTROL_BAD_COMMAND = 144;
export const CONTROL_BAD_TIME = 148;
export const CONTROL_BAD_ELEMENT = 152;
export const CONTROL_BAD_OUTPUT = 156;
/** u32: updates made so far. */
export const CONTROL_UPDATES = 160;
/** Addresses: parameters, gradients, optimizer state (up to three blocks of the same size). */
export const CONTROL_PARAMETERS = 164;
export const CONTROL_GRADIENTS = 168;
export const CONTROL_STATE = 172;
/** u32: floats in each of these blocks. */
export const CONTROL_FLOATS = 176;
/** Address and length of the table of parameters: offset, rows, width, bytes per row. */
export const CONTROL_TABLE = 180;
export const CONTROL_TABLE_LENGTH = 184;
/** f32, 0 for none: the length of each parameter's gradient. */
export const CONTROL_CLIP_PARAMETER_NORM = 188;
/** u32: parameters whose gradient was shortened to that length. */
export const CONTROL_SHORTENED = 192;
/** u32: 1 if clipping by norm shortened the whole gradient. */
export const CONTROL_SCALED = 196;
/** f32: how often a model that mixes hears the truth instead of what it has said itself. */
export const CONTROL_TRUTH = 248;
/** Address of the tables of the program that runs. */
export const CONTROL_TABLES = 200;
/** u32: losses that the program computes, one a head. */
export const CONTROL_HEADS = 204;
/** Address of one i32 a row of the batch: the row whose carried state it goes on from; or 0 for its own. */
export const CONTROL_PARENTS = 208;
/** Of each head f64, its mean loss, and f64, the rows or numbers that this is the mean of. */
export const CONTROL_LOSS = 256;
export const CONTROL_COUNT = 264;
/** From one head's loss to the next. */
export const LOSS_BYTES = 16;
export const MOST_HEADS = 16;

export enum Optimizer {
  sgd,
  rmsprop,
  adam,
}

/** What to do when the gradient is not finite. */
export enum Policy {
  stop,
  skip,
  randomStep,
}

export enum Status {
  updated,
  /** The gradient was not finite and nothing was changed. */
  skipped,
  /** The gradient was not finite and a random step was made. */
  randomStep,
}
