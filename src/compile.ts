// compile() and open(): a definition, or what a file holds of one, becomes a network.

import type { Definition } from "./define/model.ts";
import { type BinaryOptions, checkBinaryOptions, chooseBinary } from "./engine/binary.ts";
import { Machine } from "./engine/machine.ts";
import { checkDefinition } from "./file/definition.ts";
import { read } from "./file/save.ts";
import { Network } from "./network.ts";
import { layoutParameters } from "./plan/parameters.ts";

export type CompileOptions = BinaryOptions;

/**
 * Makes a network from a definition: chooses and instantiates a binary, and gives the parameters their first values.
 *
 * @throws TypeError if the definition is none; Error where there is no WebAssembly with SIMD.
 */
export async function compile(definition: Definition, options: CompileOptions = {}): Promise<Network> {
  checkBinaryOptions("compile", options);
  checkDefinition("compile", definition);
  const machine = await Machine.start(await chooseBinary(options), layoutParameters(definition), definition.seed);
  return new Network(machine, definition);
}

/** A network from what `net.save()` returned. @throws TypeError or RangeError if the buffer is damaged, cut short, or something else. */
export async function open(buffer: ArrayBuffer | Uint8Array, options: CompileOptions = {}): Promise<Network> {
  checkBinaryOptions("open", options);
  const contents = read(buffer);
  const net = await compile(contents.definition, options);
  net.restore(contents);
  return net;
}
