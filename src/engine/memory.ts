// The one linear memory: blocks are given out and taken back, and views are made fresh, because growing detaches them.

const PAGE = 65536;
/** Vector loads may touch this much behind the last block. */
const SLACK = 128;
const LIMIT = 65536 * PAGE;

export class Memory {
  readonly wasm: WebAssembly.Memory;
  /** Address 0 stays unused: it means "absent". */
  #end = 64;
  /** What lies from here on was never given out, and is zero as the system gave it. */
  #untouched = 64;
  /** Sizes of the blocks that are out, and of those that are free, by address. */
  readonly #given = new Map<number, number>();
  readonly #free = new Map<number, number>();

  constructor() {
    this.wasm = new WebAssembly.Memory({ initial: 1 });
  }

  /** A block of zeros, at a multiple of 64. Throws RangeError if the memory cannot grow that far. */
  allocate(bytes: number): number {
    if (!(bytes >= 0)) throw new Error(`internal: a block of ${bytes} bytes`);
    const size = Math.max(64, Math.ceil(bytes / 64) * 64);
    const address = this.#reuse(size) ?? this.#extend(size);
    const end = address + size;
    if (address < this.#untouched) new Uint8Array(this.wasm.buffer, address, Math.min(end, this.#untouched) - address).fill(0);
    this.#untouched = Math.max(this.#untouched, end);
    this.#given.set(address, size);
    return address;
  }

  /** Takes back a block that `allocate` gave. */
  release(address: number): void {
    let size = this.#given.get(address);
    if (size === undefined) throw new Error(`internal: no block at ${address}`);
    this.#given.delete(address);
    let start = address;
    for (const [other, length] of this.#free) {
      if (other + length === start) {
        start = other;
        size += length;
        this.#free.delete(other);
      } else if (start + size === other) {
        size += length;
        this.#free.delete(other);
      }
    }
    if (start + size === this.#end) this.#end = start;
    else this.#free.set(start, size);
  }

  /** Bytes of the whole memory, as the system sees it. */
  get bytes(): number {
    return this.wasm.buffer.byteLength;
  }

  floats(address: number, count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.wasm.buffer as ArrayBuffer, address, count);
  }

  integers(address: number, count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.wasm.buffer as ArrayBuffer, address, count);
  }

  words(address: number, count: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.wasm.buffer as ArrayBuffer, address, count);
  }

  doubles(address: number, count: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.wasm.buffer as ArrayBuffer, address, count);
  }

  data(address: number, bytes: number): DataView<ArrayBuffer> {
    return new DataView(this.wasm.buffer as ArrayBuffer, address, bytes);
  }

  #reuse(size: number): number | undefined {
    for (const [address, length] of this.#free) {
      if (length < size) continue;
      this.#free.delete(address);
      if (length > size) this.#free.set(address + size, length - size);
      return address;
    }
    return undefined;
  }

  #extend(size: number): number {
    const address = this.#end;
    const needed = address + size + SLACK;
    const missing = Math.ceil((needed - this.wasm.buffer.byteLength) / PAGE);
    if (missing > 0) {
      try {
        if (needed > LIMIT) throw new RangeError("over the limit of 32-bit memory");
        this.wasm.grow(missing);
      } catch {
        throw new RangeError(
          `The memory cannot grow from ${this.wasm.buffer.byteLength} to ${needed} bytes. Use a smaller batch, fewer steps, or a smaller model.`,
        );
      }
    }
    this.#end = address + size;
    return address;
  }
}
