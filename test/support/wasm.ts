// Reads of a WebAssembly module what the tests ask for: its imports, memories, globals, and which sections it has (WebAssembly core specification, §5.5).

export const SECTIONS = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "dataCount",
] as const;
type Section = (typeof SECTIONS)[number];

export interface ModuleShape {
  /** Sections in their order, custom ones left out. */
  readonly sections: readonly Section[];
  /** As `module.name: kind`. */
  readonly imports: readonly string[];
  /** Whether the imported memory must be shared. */
  readonly shared: boolean;
  readonly mutableGlobals: number;
}

const KINDS = ["function", "table", "memory", "global"] as const;

/** @throws Error if the bytes are no module. */
export function readModule(bytes: Uint8Array): ModuleShape {
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== "\0asm") throw new Error("no WebAssembly module");
  let at = 8;
  const byte = (): number => bytes[at++];
  /** An unsigned number in base 128, the lowest seven bits first. */
  const number = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const next = byte();
      value += (next & 127) * factor;
      if (next < 128) return value;
    }
  };
  const name = (): string => {
    const length = number();
    at += length;
    return new TextDecoder().decode(bytes.subarray(at - length, at));
  };
  /** Bit 0: there is a maximum; bit 1: shared. */
  const limits = (): number => {
    const flags = byte();
    number();
    if (flags & 1) number();
    return flags;
  };

  const sections: Section[] = [];
  const imports: string[] = [];
  let shared = false;
  let mutableGlobals = 0;
  while (at < bytes.length) {
    const section = SECTIONS[byte()];
    const end = number() + at;
    if (section !== "custom") sections.push(section);
    if (section === "import")
      for (let count = number(); count > 0; count--) {
        const place = `${name()}.${name()}`;
        const kind = KINDS[byte()];
        imports.push(`${place}: ${kind}`);
        if (kind === "function") number();
        else if (kind === "table") {
          byte();
          limits();
        } else if (kind === "memory") shared = (limits() & 2) !== 0;
        else if (bytes[(at += 2) - 1] === 1) mutableGlobals++;
      }
    if (section === "global") mutableGlobals += countMutable(bytes.subarray(at, end));
    at = end;
  }
  return { sections, imports, shared, mutableGlobals };
}

/** Globals of the section whose type says that they change. Their first values are constants: an opcode, an operand, `end`. */
function countMutable(section: Uint8Array): number {
  let at = 0;
  let mutable = 0;
  const skipNumber = (): void => {
    while (section[at++] >= 128);
  };
  for (let count = section[at++]; count > 0; count--) {
    if (section[at + 1] === 1) mutable++;
    at += 2;
    const opcode = section[at++];
    if (opcode === 0x41 || opcode === 0x42) skipNumber();
    else if (opcode === 0x43) at += 4;
    else if (opcode === 0x44) at += 8;
    else throw new Error(`a global begins with opcode ${opcode}, which this reader does not know`);
    if (section[at++] !== 0x0b) throw new Error("a global's first value is no constant");
  }
  return mutable;
}
