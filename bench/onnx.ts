// An LSTM as an ONNX file, for ONNX Runtime to run: the few messages of the format that it takes, written by hand.
//
// Numbers of fields are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).

import type { Network } from "../src/index.ts";

/** A message, field after field. */
type Bytes = readonly number[] | Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

/** A whole number that is not negative. */
const whole = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];

/** A text, an array of bytes, or a message within a message. */
function nested(field: number, value: Bytes | string): Uint8Array {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined([...varint(field * 8 + 2), ...varint(bytes.length)], bytes);
}

function joined(...parts: readonly Bytes[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const FLOAT = 1;
const INT_ATTRIBUTE = 2;
const FORMAT_VERSION = 8;
const OPERATIONS_VERSION = 14;

/** ValueInfoProto: an input or output by name, type and shape. */
function value(name: string, shape: readonly number[]): Uint8Array {
  const dimensions = shape.map((size) => nested(1, whole(1, size)));
  const tensor = joined(whole(1, FLOAT), nested(2, joined(...dimensions)));
  return joined(nested(1, name), nested(2, nested(1, tensor)));
}

/** TensorProto: numbers as raw bytes. */
const initializer = (name: string, shape: readonly number[], numbers: Float32Array): Uint8Array =>
  joined(...shape.map((size) => whole(1, size)), whole(2, FLOAT), nested(8, name), nested(9, new Uint8Array(numbers.buffer)));

/** Ours are columns i, f, g, o; ONNX has rows i, o, f, c (which is our g). */
const GATES = [0, 3, 1, 2];

/** [rows × 4·units] as [4·units × rows], gate by gate in ONNX's order. */
const turned = (values: Float32Array, rows: number, units: number): Float32Array =>
  Float32Array.from({ length: values.length }, (_, index) => {
    const [place, row] = [Math.floor(index / rows), index % rows];
    return values[row * 4 * units + GATES[Math.floor(place / units)] * units + (place % units)];
  });

/**
 * The network features(width) → lstm(units) as a file: X [steps × batch × width] and the state h, c [1 × batch × units] in, Y [steps × 1 × batch
 * × units] and the state Yh, Yc out.
 */
export function onnxLstm({ parameters }: Network, steps: number, batch: number): Uint8Array {
  const [wx, wh, b] = ["wx", "wh", "b"].map((name) => parameters.get(`layer 1/lstm/${name}`));
  const [width, units] = [wx.shape[0], wh.shape[0]];
  const state = [1, batch, units];
  const names = (field: number, list: readonly string[]) => list.map((name) => nested(field, name));
  const hidden = joined(nested(1, "hidden_size"), whole(3, units), whole(20, INT_ATTRIBUTE));
  const node = joined(
    ...names(1, ["X", "W", "R", "B", "", "h", "c"]),
    ...names(2, ["Y", "Yh", "Yc"]),
    nested(4, "LSTM"),
    nested(5, hidden),
  );
  const biases = new Float32Array(8 * units);
  biases.set(turned(b.get(), 1, units));
  const graph = joined(
    nested(1, node),
    nested(2, "lstm"),
    nested(5, initializer("W", [1, 4 * units, width], turned(wx.get(), width, units))),
    nested(5, initializer("R", [1, 4 * units, units], turned(wh.get(), units, units))),
    nested(5, initializer("B", [1, 8 * units], biases)),
    ...[value("X", [steps, batch, width]), value("h", state), value("c", state)].map((input) => nested(11, input)),
    ...[value("Y", [steps, 1, batch, units]), value("Yh", state), value("Yc", state)].map((output) => nested(12, output)),
  );
  return joined(whole(1, FORMAT_VERSION), nested(7, graph), nested(8, whole(2, OPERATIONS_VERSION)));
}
