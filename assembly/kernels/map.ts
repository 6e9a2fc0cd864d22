// A chain of element-wise operations over rows, block by block: memory is read and written once, not once per operation.
import {
  MAP_BLOCK,
  MAP_FIRST_BINARY,
  MAP_FIRST_TERNARY,
  MAP_HEADER_BYTES,
  MAP_INSTRUCTION_BYTES,
  MAP_MAX_REGISTERS,
  MAP_OPERAND_BYTES,
  MAP_OPS,
  MAP_REGISTER,
  MAP_REGISTER_BYTES,
  MapOp,
} from "../isa";
import { expRow } from "../math/exp";
import { logRow } from "../math/log";
import { sigmoidRow } from "../math/sigmoid";
import { softplusRow } from "../math/softplus";
import { tanhRow } from "../math/tanh";
import * as arithmetic from "./map-arithmetic";
import * as choice from "./map-choice";
import * as gradients from "./map-gradients";

/**
 * For every row r < rows and i < width: the instructions of `program` in turn, on element (r, i) of the operands and registers.
 *
 * Element (r, i) of an operand is at base + time·bytesPerStep + r·bytesPerRow + 4·i; 0 bytes per row is one row for all.
 * Rows are processed to a multiple of 8 floats. What an instruction writes may be what it or an earlier one read, at the same position.
 * `scratch` has `registers`·MAP_REGISTER_BYTES. (isa.ts draws the program.)
 * Arithmetic takes 0.11-0.25 ns an element, sigmoid, tanh and exp 1.0-1.1 (relaxed 0.6-0.8), an instruction about 10 ns a block, or a row
 * where an operand's rows do not follow each other (measured, Zen 3, Node 26).
 */
export function map(program: usize, time: i32, rows: i32, width: i32, scratch: usize): void {
  assert(rows >= 0 && width > 0, "map: rows >= 0, width > 0");
  // Behind the constant, since a release build would keep the call of a stripped assertion.
  if (!ASC_NO_ASSERT) assert(isProgram(program, rows, width), "map: a program must keep to its operands and registers");
  if (rows === 0) return;
  let columns = (width + 7) & -8;
  if (isFlat(program, columns)) {
    columns *= rows;
    rows = 1;
  }
  const blockRows = max(MAP_BLOCK / columns, 1);
  for (let row = 0; row < rows; row += blockRows) {
    for (let column = 0; column < columns; column += MAP_BLOCK) {
      block(program, time, row, column, min(blockRows, rows - row), min(MAP_BLOCK, columns - column), scratch);
    }
  }
}

/** All instructions on rows × columns from (row, column). */
function block(program: usize, time: i32, row: i32, column: i32, rows: i32, columns: i32, scratch: usize): void {
  const operands = program + MAP_HEADER_BYTES;
  let at = operands + load<i32>(program, 4) * MAP_OPERAND_BYTES;
  const bytes = columns << 2;
  for (const end = at + load<i32>(program) * MAP_INSTRUCTION_BYTES; at < end; at += MAP_INSTRUCTION_BYTES) {
    const op = load<i32>(at);
    let y = address(operands, load<i32>(at, 4), time, row, column, scratch);
    const yStride = stride(operands, load<i32>(at, 4), bytes);
    let a: usize = 0;
    let b: usize = 0;
    let c: usize = 0;
    let aStride = bytes;
    let bStride = bytes;
    let cStride = bytes;
    if (op !== MapOp.fill) {
      a = address(operands, load<i32>(at, 8), time, row, column, scratch);
      aStride = stride(operands, load<i32>(at, 8), bytes);
    }
    if (op >= MAP_FIRST_BINARY) {
      b = address(operands, load<i32>(at, 12), time, row, column, scratch);
      bStride = stride(operands, load<i32>(at, 12), bytes);
    }
    if (op >= MAP_FIRST_TERNARY) {
      c = address(operands, load<i32>(at, 16), time, row, column, scratch);
      cStride = stride(operands, load<i32>(at, 16), bytes);
    }
    const flat = yStride === bytes && aStride === bytes && bStride === bytes && cStride === bytes;
    const length = flat ? bytes * rows : bytes;
    for (let r = flat ? rows - 1 : 0; r < rows; r++) {
      word(op, y, a, b, c, load<f32>(at, 12), y + length);
      y += yStride;
      a += aStride;
      b += bStride;
      c += cStride;
    }
  }
}

/** Where element (row, column) of an operand is, or the start of a register. */
function address(operands: usize, reference: i32, time: i32, row: i32, column: i32, scratch: usize): usize {
  if (reference >= MAP_REGISTER) return scratch + (reference - MAP_REGISTER) * MAP_REGISTER_BYTES;
  const operand = operands + reference * MAP_OPERAND_BYTES;
  return load<u32>(operand) + time * load<i32>(operand, 4) + row * load<i32>(operand, 8) + (column << 2);
}

/** Bytes from one row to the next. */
function stride(operands: usize, reference: i32, bytes: i32): i32 {
  return reference >= MAP_REGISTER ? bytes : load<i32>(operands + reference * MAP_OPERAND_BYTES, 8);
}

/** True when the rows of every operand follow each other without a gap: then they are one long row. */
function isFlat(program: usize, columns: i32): bool {
  const end = program + MAP_HEADER_BYTES + load<i32>(program, 4) * MAP_OPERAND_BYTES;
  for (let operand = program + MAP_HEADER_BYTES; operand < end; operand += MAP_OPERAND_BYTES) {
    if (load<i32>(operand, 8) !== columns << 2) return false;
  }
  return true;
}

/** One instruction on the floats from y to end. */
function word(op: i32, y: usize, a: usize, b: usize, c: usize, v: f32, end: usize): void {
  switch (op) {
    case MapOp.fill:
      return arithmetic.fill(y, v, end);
    case MapOp.copy:
      return arithmetic.copy(y, a, end);
    case MapOp.neg:
      return arithmetic.neg(y, a, end);
    case MapOp.abs:
      return arithmetic.abs(y, a, end);
    case MapOp.square:
      return arithmetic.mul(y, a, a, end);
    case MapOp.sqrt:
      return arithmetic.sqrt(y, a, end);
    case MapOp.reciprocal:
      return arithmetic.reciprocal(y, a, end);
    case MapOp.sign:
      return choice.sign(y, a, end);
    case MapOp.step:
      return choice.step(y, a, end);
    case MapOp.exp:
      return expRow(y, a, end);
    case MapOp.log:
      return logRow(y, a, end);
    case MapOp.tanh:
      return tanhRow(y, a, end);
    case MapOp.sigmoid:
      return sigmoidRow(y, a, end);
    case MapOp.relu:
      return choice.maximumImmediate(y, a, 0, end);
    case MapOp.softplus:
      return softplusRow(y, a, end);
    case MapOp.addImmediate:
      return arithmetic.addImmediate(y, a, v, end);
    case MapOp.mulImmediate:
      return arithmetic.mulImmediate(y, a, v, end);
    case MapOp.subtractFromImmediate:
      return arithmetic.subtractFromImmediate(y, a, v, end);
    case MapOp.minimumImmediate:
      return choice.minimumImmediate(y, a, v, end);
    case MapOp.maximumImmediate:
      return choice.maximumImmediate(y, a, v, end);
    case MapOp.add:
      return arithmetic.add(y, a, b, end);
    case MapOp.sub:
      return arithmetic.sub(y, a, b, end);
    case MapOp.mul:
      return arithmetic.mul(y, a, b, end);
    case MapOp.div:
      return arithmetic.div(y, a, b, end);
    case MapOp.tanhGradient:
      return gradients.tanhGradient(y, a, b, end);
    case MapOp.sigmoidGradient:
      return gradients.sigmoidGradient(y, a, b, end);
    case MapOp.reluGradient:
      return choice.reluGradient(y, a, b, end);
    case MapOp.softplusGradient:
      return gradients.softplusGradient(y, a, b, end);
    case MapOp.clampGradient:
      return choice.clampGradient(y, a, b, c, end);
    case MapOp.mix:
      return arithmetic.mix(y, a, b, c, end);
    case MapOp.multiplyAdd:
      return arithmetic.multiplyAdd(y, a, b, c, end);
  }
}

/** For the contract: every op, reference and stride is in range, and no instruction writes a row that is shared by several. */
function isProgram(program: usize, rows: i32, width: i32): bool {
  const operandCount = load<i32>(program, 4);
  const registers = load<i32>(program, 8);
  const operands = program + MAP_HEADER_BYTES;
  if (registers < 0 || registers > MAP_MAX_REGISTERS) return false;
  for (let i: i32 = 0; i < operandCount; i++) {
    const bytes = load<i32>(operands + i * MAP_OPERAND_BYTES, 8);
    if (bytes !== 0 && abs(bytes) < ((width + 7) & -8) << 2) return false;
  }
  let at = operands + operandCount * MAP_OPERAND_BYTES;
  for (const end = at + load<i32>(program) * MAP_INSTRUCTION_BYTES; at < end; at += MAP_INSTRUCTION_BYTES) {
    const op = load<i32>(at);
    if (op < 0 || op >= MAP_OPS) return false;
    const y = load<i32>(at, 4);
    if (!isReference(y, operandCount, registers)) return false;
    if (rows > 1 && y < MAP_REGISTER && load<i32>(operands + y * MAP_OPERAND_BYTES, 8) === 0) return false;
    if (op !== MapOp.fill && !isReference(load<i32>(at, 8), operandCount, registers)) return false;
    if (op >= MAP_FIRST_BINARY && !isReference(load<i32>(at, 12), operandCount, registers)) return false;
    if (op >= MAP_FIRST_TERNARY && !isReference(load<i32>(at, 16), operandCount, registers)) return false;
  }
  return true;
}

function isReference(reference: i32, operands: i32, registers: i32): bool {
  return (reference >= 0 && reference < operands) || (reference >= MAP_REGISTER && reference - MAP_REGISTER < registers);
}
