// Saved models: what is opened is what was saved, to the bit; what is damaged, cut short, foreign or forged is refused with a sentence.

import { describe, expect, test } from "vitest";
import { totalsOf } from "../../src/define/model.ts";
import { type Contents, read, write } from "../../src/file/save.ts";
import {
  adam,
  adamw,
  cell,
  compile,
  crossEntropy,
  type Data,
  type Definition,
  dense,
  dropout,
  embedding,
  examples,
  features,
  meanSquared,
  model,
  type Network,
  type Optimizer,
  open,
  printGraph,
  rmsprop,
  rnn,
  seq2seq,
  sgd,
  stepDecay,
  tanh,
  tokens,
  windows,
} from "../../src/index.ts";
import { STOCK } from "../reference/stock.ts";

const small = model({ input: features(1), layers: [rnn(2), dense(1)], loss: meanSquared(), seed: 3 });
const letters = model({
  input: tokens(5),
  layers: [embedding(4), dropout(0.3), rnn(7), rnn(3, { recurrence: "both" }), dense(5)],
  loss: crossEntropy(),
  seed: 8,
});
const text = Int32Array.from({ length: 61 }, (_, i) => (i * i + (i >> 2)) % 5);
const saved = await (async () => {
  using net = await compile(small);
  return net.save({ note: "αβγ" });
})();

async function train(net: Network, data: Data, optimizer: Optimizer, epochs: number): Promise<void> {
  for await (const _ of net.train(data, { optimizer, epochs, clip: { norm: 1 } }));
}

/** Why a buffer is not opened. Any error but a TypeError or RangeError that is a sentence of this library fails the test. */
async function refusal(buffer: ArrayBuffer | Uint8Array): Promise<string | null> {
  try {
    (await open(buffer)).close();
  } catch (error) {
    expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
    const { message } = error as Error;
    expect(message).toMatch(/^open: .*\.$/s);
    expect(message).not.toMatch(/Cannot read|is not (a function|iterable)|undefined \(/);
    return message;
  }
  return null;
}

describe("what is opened", () => {
  test("predicts the same bits, holds the same parameters, and saves to the same bytes", async () => {
    using net = await compile(letters);
    await train(net, windows(text, { batch: 2, steps: 6 }), adam(1e-2), 1);
    using other = await open(net.save({ note: "a\u0000“b”😀" }));
    expect(other.note).toBe("a\u0000“b”😀");
    expect(other.definition).toEqual(letters);
    for (const { path, get } of net.parameters) expect(other.parameters.get(path).get()).toEqual(get());
    expect(other.predict(text)).toEqual(net.predict(text));
    expect(other.save()).toEqual(net.save({ note: "a\u0000“b”😀" }));
  });

  test("may lie anywhere in a larger buffer, or be an ArrayBuffer", async () => {
    const larger = new Uint8Array(saved.length + 16).fill(7);
    larger.set(saved, 5);
    using within = await open(larger.subarray(5, 5 + saved.length));
    using alone = await open(saved.slice().buffer);
    expect(within.note).toBe("αβγ");
    expect(within.save()).toEqual(alone.save());
  });

  test.each(STOCK.filter(({ full }) => !full))("holds every parameter and option of a stock cell: $name", async ({ layers }) => {
    const definition = model({ input: features(1), layers: layers({ hidden: 5, output: 1 }), loss: meanSquared() });
    using net = await compile(JSON.parse(JSON.stringify(definition)));
    await train(net, windows(Float32Array.from(text), { batch: 2, steps: 6 }), adam(1e-2), 1);
    using other = await open(net.save({ optimizer: true }));
    expect(other.definition).toEqual(definition);
    expect(other.predict([1, 2, 3, 4, 5])).toEqual(net.predict([1, 2, 3, 4, 5]));
    expect(other.save({ optimizer: true })).toEqual(net.save({ optimizer: true }));
  });

  const OPTIMIZERS: readonly (readonly [string, () => Optimizer])[] = [
    ["sgd with momentum", () => sgd(0.1, { momentum: 0.9, nesterov: true })],
    ["rmsprop, centred", () => rmsprop(1e-2, { centred: true, momentum: 0.5 })],
    ["adam on a schedule", () => adam(stepDecay(1e-2, { every: 3, factor: 0.5 }))],
    ["adamw", () => adamw(1e-2)],
  ];
  const DATA: readonly (readonly [string, () => Data])[] = [
    ["windows", () => windows(text, { batch: 2, steps: 6 })],
    [
      "examples, shuffled",
      () =>
        examples(
          Array.from({ length: 10 }, (_, i) => ({ input: text.subarray(i, i + 4), target: text.subarray(i + 1, i + 5) })),
          { batch: 2 },
        ),
    ],
  ];
  test.each(OPTIMIZERS.flatMap(([a, optimizer]) => DATA.map(([b, data]) => [`${a}, ${b}`, optimizer, data] as const)))(
    "goes on training as if it had not been interrupted: %s",
    async (_, optimizer, data) => {
      using whole = await compile(letters);
      await train(whole, data(), optimizer(), 2);
      using first = await compile(letters);
      await train(first, data(), optimizer(), 1);
      using second = await open(first.save({ optimizer: true }));
      await train(second, data(), optimizer(), 1);
      expect(second.save({ optimizer: true })).toEqual(whole.save({ optimizer: true }));
    },
  );
});

describe("what is refused", () => {
  test("every prefix", async () => {
    for (let length = 0; length < saved.length; length++) expect(await refusal(saved.subarray(0, length)), String(length)).not.toBeNull();
  });

  test("every byte that is damaged", async () => {
    for (let at = 0; at < saved.length; at++) {
      const damaged = saved.slice();
      damaged[at] ^= at % 3 === 0 ? 0xff : 1 << (at & 7);
      expect(await refusal(damaged), `byte ${at}`).not.toBeNull();
    }
  });

  test("what is longer, or something else", async () => {
    expect(await refusal(new Uint8Array([...saved, 0]))).toContain("followed by something else");
    expect(await refusal(new Uint8Array(100))).toContain('"unrolled"');
    expect(await refusal(new TextEncoder().encode("a text that is longer than the head of a model"))).toContain('"unrolled"');
    for (const other of ["path.unrolled", 5, null, undefined, [1, 2], {}, new Float32Array(9)])
      expect(await refusal(other as never)).toContain("ArrayBuffer or a Uint8Array");
  });

  test("a newer version, and a header longer than the buffer", async () => {
    const bytes = saved.slice();
    new DataView(bytes.buffer).setUint32(8, 2, true);
    expect(await refusal(bytes)).toMatch(/version 2.*version 1/s);
    for (const length of [saved.length, 2 ** 31, 2 ** 32 - 1]) {
      const long = saved.slice();
      new DataView(long.buffer).setUint32(12, length, true);
      expect(await refusal(long)).toContain(String(24 + length));
    }
  });
});

describe("a definition", () => {
  const idle = ({ nodes, heads }: Definition): string[] => {
    const used = new Set([...nodes.flatMap(({ inputs }) => [...inputs]), ...totalsOf({ heads })]);
    return nodes.flatMap(({ op, inputs }, id) => (inputs.length > 0 && !used.has(id) ? [op] : []));
  };

  test("holds nothing that nothing needs, but every parameter", () => {
    const both = seq2seq({
      source: tokens(4),
      encoder: [embedding(2), rnn(3)],
      target: tokens(5),
      decoder: [embedding(2), rnn(3), dense(5)],
      context: "both",
    });
    expect(idle(both)).toEqual([]);
    expect(printGraph(both)).toContain("decoder 2/rnn/wx context");
    const wasteful = cell({
      name: "wasteful",
      state: { h: 2 },
      step: ({ x, linear }) => {
        tanh(linear("spare", x, 3));
        return { h: linear("w", x, 2) };
      },
    });
    const made = model({ input: features(1), layers: [wasteful], loss: meanSquared() });
    expect(idle(made)).toEqual([]);
    expect(made.nodes.flatMap((node) => (node.op === "parameter" ? [node.attributes.path] : []))).toEqual([
      "layer 1/wasteful/spare",
      "layer 1/wasteful/w",
    ]);
  });

  test("with something idle in it, as an older file may have it, is opened as it is", async () => {
    const contents = read(saved);
    const { nodes, heads } = contents.definition;
    const { shape } = nodes[heads[0].output];
    const spare = { op: "tanh", inputs: [heads[0].output], attributes: {}, shape, label: "spare" } as const;
    const older = write({ ...contents, definition: { ...contents.definition, nodes: [...nodes, spare] } });
    using net = await open(older);
    using same = await open(saved);
    expect(idle(net.definition)).toEqual(["tanh"]);
    expect(net.predict([1, 2, 3])).toEqual(same.predict([1, 2, 3]));
    expect(net.save()).toEqual(older);
  });
});

describe("what is forged, with a checksum that agrees", () => {
  const contents = read(saved);
  const forge = (change: Partial<Contents>): Uint8Array => write({ ...contents, ...change });
  const withDefinition = (change: object): Uint8Array => forge({ definition: { ...contents.definition, ...change } as Definition });
  const withNode = (id: number, change: object): Uint8Array =>
    withDefinition({ nodes: contents.definition.nodes.map((node, at) => (at === id ? { ...node, ...change } : node)) });

  const [head] = contents.definition.heads;
  const [term] = head.terms;
  const withHead = (change: object): Uint8Array => withDefinition({ heads: [{ ...head, ...change }] });
  const withTerm = (change: object): Uint8Array => withHead({ terms: [{ ...term, ...change }] });

  test("a forged copy without a change is opened", async () => expect(await refusal(forge({}))).toBeNull());

  const { nodes } = contents.definition;
  const idOf = (op: string): number => nodes.findIndex((node) => node.op === op);
  test.each<[string, Uint8Array, string]>([
    ["no definition", forge({ definition: null as never }), "null"],
    ["another format", withDefinition({ format: 2 }), "format is 2"],
    ["no seed", withDefinition({ seed: "1" }), 'seed is "1"'],
    ["no nodes", withDefinition({ nodes: [] }), "no nodes"],
    ["no input", withDefinition({ inputs: null }), ""],
    ["another input", withDefinition({ inputs: { input: { kind: "features", width: 3 } } }), "another shape"],
    ["an unknown loss", withTerm({ loss: { kind: "hinge", ignore: -1 } }), '"hinge"'],
    ["no loss", withHead({ terms: [] }), "a head without a loss"],
    ["a loss of no name", withTerm({ name: null }), "its loss"],
    ["another weight", withTerm({ weight: 2 }), "do not fit"],
    ["two losses of the whole", withHead({ terms: [term, term] }), "do not fit"],
    ["another target", withHead({ target: 0 }), "do not fit"],
    ["no output", withHead({ output: nodes.length }), ""],
    ["another output", withHead({ output: 0 }), ""],
    ["no total", withTerm({ total: 0.5 }), "0.5"],
    ["a node that is none", withDefinition({ nodes: [null, ...nodes] }), "node 0"],
    ["an unknown operation", withNode(idOf("tanh"), { op: "gelu" }), '"gelu"'],
    ["an operation by an inherited name", withNode(idOf("tanh"), { op: "toString" }), '"toString"'],
    ["an operation of the backward pass", withNode(idOf("tanh"), { op: "tanhGradient" }), '"tanhGradient"'],
    ["an input out of range", withNode(idOf("tanh"), { inputs: [99] }), "inputs that are not there"],
    ["an input too many", withNode(idOf("tanh"), { inputs: [0, 0] }), "inputs that are not there"],
    ["inputs that are none", withNode(idOf("tanh"), { inputs: "0" }), "inputs that are not there"],
    ["itself as input", withNode(idOf("tanh"), { inputs: [idOf("tanh")] }), "cycle"],
    ["another width", withNode(idOf("tanh"), { shape: { ...nodes[idOf("tanh")].shape, width: 3 } }), "shape"],
    ["no shape", withNode(idOf("tanh"), { shape: null }), "shape"],
    ["a parameter without a path", withNode(idOf("parameter"), { attributes: { initial: { kind: "constant", value: 0 } } }), "attributes"],
    [
      "a parameter that begins nowhere",
      withNode(idOf("parameter"), { attributes: { path: "w", initial: {}, trained: true } }),
      "attributes",
    ],
    ["a delay of 0", withNode(idOf("delay"), { attributes: { steps: 0 } }), "attributes"],
    ["a look ahead that is carried", withNode(idOf("delay"), { attributes: { steps: -1, carried: true } }), "attributes"],
    ["a look back that is not carried", withNode(idOf("delay"), { attributes: { steps: 1, carried: false } }), "attributes"],
    ["a delay of 2³¹", withNode(idOf("delay"), { attributes: { steps: 2 ** 31 } }), "attributes"],
    ["no attributes", withNode(idOf("matmul"), { attributes: null }), "attributes"],
    ["a note that is no text", forge({ note: 5 as never }), "damaged"],
    ["a parameter too few", forge({ parameters: contents.parameters.slice(1) }), "parameters"],
    ["a parameter too short", forge({ parameters: contents.parameters.map((values) => values.subarray(0, 1)) }), "parameters"],
    ["an unknown optimizer", forge({ optimizer: { kind: "lion" as never, steps: 1, updates: 1, blocks: 0 } }), "damaged"],
    ["a billion blocks", forge({ optimizer: { kind: "adam", steps: 1, updates: 1, blocks: 1e9 } }), "damaged"],
    ["blocks that are not there", forge({ optimizer: { kind: "adam", steps: 1, updates: 1, blocks: 2 } }), "remembers"],
  ])("%s", async (_, buffer, part) => expect(await refusal(buffer)).toContain(part));
});

describe("a definition is data", () => {
  test("frozen throughout", () => {
    const visit = (value: unknown): void => {
      if (value === null || typeof value !== "object") return;
      expect(Object.isFrozen(value)).toBe(true);
      for (const part of Object.values(value)) visit(part);
    };
    visit(letters);
  });

  test.each([
    ["structuredClone", (definition: Definition) => structuredClone(definition)],
    ["JSON", (definition: Definition) => JSON.parse(JSON.stringify(definition)) as Definition],
  ])("and survives %s", async (_, copy) => {
    expect(copy(letters)).toEqual(letters);
    using net = await compile(letters);
    using other = await compile(copy(letters));
    expect(other.predict(text)).toEqual(net.predict(text));
    expect(other.save()).toEqual(net.save());
  });
});
