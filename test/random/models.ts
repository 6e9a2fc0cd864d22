// Random definitions: stacks of all layers, cells and wrappers with random options, heads, losses, stops and contexts. Most can be, some are refused.

import { attention } from "../../src/define/attention.ts";
import { cell } from "../../src/define/cell.ts";
import type { Layer } from "../../src/define/layer.ts";
import {
  add,
  bidirectional,
  binaryCrossEntropy,
  blockwise,
  concat,
  crossEntropy,
  type Definition,
  dense,
  dropout,
  embedding,
  endSymbol,
  features,
  gaussian,
  gru,
  last,
  layerNorm,
  lstm,
  meanSquared,
  mixtureDensity,
  model,
  predictedLength,
  reservoir,
  residual,
  reverse,
  rnn,
  seq2seq,
  skip,
  stopOutput,
  tanh,
  tokens,
  vector,
} from "../../src/index.ts";
import { attending } from "../reference/attending.ts";
import { CELLS, delayedSymbols, hearing } from "../reference/cells.ts";
import type { Random } from "../reference/random.ts";
import { type Call, call, type Plain, perform } from "./calls.ts";

/** A cell that hears itself through a whole layer. */
const within = (units: number, inner: readonly Layer[]): Layer =>
  cell({
    name: "within",
    state: { h: units },
    step: ({ x, h, linear, layer }) => {
      const heard = inner.reduce((value, one, index) => layer(`inner ${index + 1}`, one, value), concat(linear("wx", x, units), h));
      return { h: tanh(add(linear("wi", heard, units), linear("wh", h, units))) };
    },
  });

const FUNCTIONS = {
  attending,
  attention,
  bidirectional,
  binaryCrossEntropy,
  blockwise,
  cell: (name: string, units: number) => CELLS[name](units),
  crossEntropy,
  delayedSymbols,
  dense,
  dropout,
  embedding,
  endSymbol,
  features,
  gaussian,
  gru,
  hearing,
  last,
  layerNorm,
  lstm,
  meanSquared,
  mixtureDensity,
  model,
  predictedLength,
  reservoir,
  residual,
  reverse,
  rnn,
  seq2seq,
  skip,
  stopOutput,
  tokens,
  vector,
  within,
};

/** @throws what the library throws. */
export const define = (made: Call): Definition => perform(made, FUNCTIONS as never) as Definition;

/** What a layer gets: symbols, or numbers; step by step, or once. */
interface At {
  readonly symbols: number;
  readonly width: number;
  readonly isVector: boolean;
}

/** What stands around a layer. */
interface Place {
  readonly part: "model" | "encoder" | "decoder" | "bridge" | "head" | "cell";
  /** The width of what a decoder looks at; 0: nothing. */
  readonly source: number;
  /** Wrappers around it. */
  readonly depth: number;
}

type Made = readonly [Call, At];

/** Options, each with its chance. */
type Choices = Readonly<Record<string, readonly [chance: number, value: () => Plain]>>;

const WIDTHS = [1, 2, 3, 4, 5, 7, 8, 9, 17];
/** Layers with a state, and layers that listen to the output. */
const STATEFUL = /"(rnn|lstm|gru|reservoir|cell|attending|within|hearing|delayedSymbols)"/;
const hearsIn = (layers: readonly Call[]): boolean => /"(hearing|output|both)"|"feedback":/.test(JSON.stringify(layers));

/** With a small epsilon one unit's or two units' variance decides how rounding is amplified, and the bounds say nothing. */
const NORM = { epsilon: 0.5 };
/** A delay beyond the sequence has cases of its own: no gradient passes it. */
const OWN = Object.keys(CELLS).filter((name) => name !== "delay beyond the sequence");

export class Composer {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  #is(chance: number): boolean {
    return this.#random.next() < chance;
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#random.below(list.length)];
  }

  /** Small ones more often. */
  #width(): number {
    return WIDTHS[Math.min(this.#random.below(WIDTHS.length), this.#random.below(WIDTHS.length))];
  }

  /** Each option with its own chance. */
  #options(choices: Choices): Plain[] {
    const chosen = Object.entries(choices).flatMap(([key, [chance, value]]) => (this.#is(chance) ? [[key, value()] as const] : []));
    return chosen.length > 0 ? [Object.fromEntries(chosen)] : [];
  }

  definition(): Call {
    return this.#is(0.55) ? this.#model() : this.#seq2seq();
  }

  #model(): Call {
    const symbols = this.#is(0.4);
    const n = symbols ? 1 + this.#width() : this.#width();
    const [layers, at] = this.#stack({ symbols: symbols ? n : 0, width: n, isVector: false }, { part: "model", source: 0, depth: 0 }, 4);
    const [loss, ends] = this.#end(at, symbols ? n : 0, n);
    const hears = hearsIn(layers);
    return call("model", {
      input: call(symbols ? "tokens" : "features", n),
      layers: [...layers, ...ends],
      loss,
      ...(this.#options({
        heads: [0.2, () => this.#heads(at)],
        mean: [0.2, () => this.#one(["steps", "sequences"])],
        skips: [0.15, () => this.#one(["input", "output", "both"])],
        feedback: [hears && loss.call === "crossEntropy" ? 0.5 : 0.01, () => this.#one(["output", "softmax", "symbol"])],
        seed: [0.5, () => this.#random.below(1000)],
      })[0] as object),
    });
  }

  /** A loss, and layers that end with an output for it; half of them with what can be the next input. */
  #end(at: At, symbols: number, width: number): [loss: Call, layers: Call[]] {
    const alike = this.#is(0.6);
    const n = alike ? width : this.#width();
    if (alike ? symbols > 0 : this.#is(0.4)) {
      const classes = alike ? n : 1 + n;
      return [call("crossEntropy", ...this.#options({ ignore: [0.15, () => this.#random.below(classes + 1)] })), this.#output(at, classes)];
    }
    const floor = { floor: 0.1 };
    if (this.#is(0.2)) return this.#blocks(at, n);
    switch (this.#random.below(6)) {
      case 0:
        return [call("binaryCrossEntropy"), this.#output(at, n)];
      case 1:
        return [call("gaussian", floor), this.#output(at, 2 * n)];
      case 2: {
        const k = 1 + this.#random.below(3);
        return [call("mixtureDensity", k, floor), this.#output(at, k * (1 + 2 * Math.min(n, 5)))];
      }
      default:
        return [call("meanSquared"), this.#output(at, n)];
    }
  }

  /** Mostly a dense layer, now and then a recurrent one, or something behind. */
  #output(at: At, width: number): Call[] {
    if (!at.isVector && this.#is(0.08)) return [call(this.#one(["rnn", "gru", "lstm"]), width)];
    if (this.#is(0.05)) return [call("dense", width), call("dropout", 0.25)];
    return [call("dense", width, ...this.#options({ bias: [0.15, () => false], activation: [0.1, () => this.#activation()] }))];
  }

  #heads(at: At): Plain {
    const names = ["one", "two", "stop"].slice(0, 1 + this.#random.below(3));
    return Object.fromEntries(
      names.map((name) => {
        const [layers, now] = this.#is(0.5) ? this.#stack(at, { part: "head", source: 0, depth: 0 }, 2) : [[], at];
        const [loss, ends] = this.#end(now, 0, this.#width());
        return [
          name,
          { layers: [...layers, ...ends], loss, ...(this.#options({ weight: [0.4, () => this.#one([0.25, 1, 3])] })[0] as object) },
        ];
      }),
    );
  }

  #seq2seq(): Call {
    const kind = this.#one(["tokens", "tokens", "features", "features", "vector", "nothing"]);
    const n = kind === "tokens" ? 1 + this.#width() : this.#width();
    let from: At | null = kind === "nothing" ? null : { symbols: kind === "tokens" ? n : 0, width: n, isVector: kind === "vector" };
    let [encoder, bridge]: Call[][] = [[], []];
    let source = 0;
    if (from && !from.isVector) {
      [encoder, from] = this.#stack(from, { part: "encoder", source: 0, depth: 0 }, 3);
      if (!from.isVector && !this.#is(0.05)) {
        const [behind, now] = this.#recurrent({ ...from, symbols: 0 }, { part: "encoder", source: 0, depth: 2 });
        encoder.push(...(from.symbols > 0 ? [call("embedding", from.width)] : []), behind);
        from = now;
      }
      if (!from.isVector) source = from.width;
    }
    if (from && this.#is(0.25)) [bridge] = this.#stack({ ...from, symbols: 0, isVector: true }, { part: "bridge", source: 0, depth: 0 }, 2);
    const isTokens = this.#is(0.6);
    const width = this.#width() + (isTokens && this.#is(0.8) ? 1 : 0);
    const heard = { symbols: isTokens ? width + 1 : 0, width, isVector: false };
    const [decoder, at] = this.#stack(heard, { part: "decoder", source, depth: 0 }, 3);
    const [loss, ends] = isTokens ? [null, this.#output(at, width)] : this.#numbers(at, width);
    const isStateless = !STATEFUL.test(JSON.stringify(decoder));
    const needsNumbers = heard.symbols > 0 && decoder[0].call !== "embedding";
    const contexts = isStateless ? ["input"] : needsNumbers ? ["initial"] : ["initial", "input", "both"];
    const maximum = 9 + this.#random.below(3);
    const stops: readonly Plain[] = [
      call("stopOutput", ...this.#options({ weight: [0.4, () => 0.5] })),
      needsNumbers && !this.#is(0.1)
        ? null
        : call("predictedLength", { maximum, ...(this.#options({ weight: [0.4, () => 2] })[0] as object) }),
      isTokens || this.#is(0.05) ? call("endSymbol") : null,
      null,
    ];
    return call("seq2seq", {
      ...(kind === "nothing" ? {} : { source: call(kind, n) }),
      ...(encoder.length > 0 ? { encoder } : {}),
      ...(bridge.length > 0 ? { bridge } : {}),
      target: call(isTokens ? "tokens" : "features", width),
      decoder: [...decoder, ...ends],
      ...(loss ? { loss } : {}),
      ...(this.#options({
        context: [kind === "nothing" ? 0.02 : isStateless ? 0.95 : 0.6, () => this.#one(contexts)],
        stop: [0.6, () => this.#one(stops)],
        mean: [0.2, () => this.#one(["steps", "sequences"])],
        maximum: [0.3, () => maximum],
        seed: [0.5, () => this.#random.below(1000)],
      })[0] as object),
    });
  }

  /** What a decoder of numbers ends with. */
  #numbers(at: At, n: number): [loss: Call | null, layers: Call[]] {
    const floor = { floor: 0.1 };
    if (this.#is(0.2)) return this.#blocks(at, n);
    if (this.#is(0.2)) return [call("gaussian", floor), this.#output(at, 2 * n)];
    if (this.#is(0.2)) return [call("mixtureDensity", 2, floor), this.#output(at, 2 * (1 + 2 * n))];
    return this.#is(0.3) ? [call("binaryCrossEntropy"), this.#output(at, n)] : [null, this.#output(at, n)];
  }

  /** Losses of n columns, some of each. */
  #blocks(at: At, n: number): [loss: Call, layers: Call[]] {
    const blocks: Record<string, Plain> = {};
    let told = 0;
    for (let left = n; left > 0; ) {
      const width = 1 + this.#random.below(left);
      left -= width;
      const k = 1 + this.#random.below(3);
      const [loss, needed] = this.#one([
        [call("meanSquared"), width],
        [call("binaryCrossEntropy"), width],
        [call("gaussian", { floor: 0.1 }), 2 * width],
        [call("mixtureDensity", k, { floor: 0.1 }), k * (1 + 2 * width)],
      ] as const);
      told += needed;
      const name = ["a", "b", "c", "d"][Object.keys(blocks).length];
      if (name === undefined) return this.#blocks(at, n);
      blocks[name] = { width, loss, ...(this.#options({ weight: [0.4, () => this.#one([0.25, 3])] })[0] as object) };
    }
    return [call("blockwise", blocks), this.#output(at, told)];
  }

  #stack(at: At, place: Place, most: number): [Call[], At] {
    const layers: Call[] = [];
    let now = at;
    for (let count = 1 + Math.min(this.#random.below(most), this.#random.below(most)); count > 0; count--) {
      const [layer, next] = this.#layer(now, place);
      layers.push(layer);
      now = next;
    }
    return [layers, now];
  }

  #layer(at: At, place: Place): Made {
    if (at.symbols > 0 && this.#is(0.6)) return this.#sized("embedding", at);
    const wrappers = place.depth < 2 ? (at.symbols > 0 ? 0.12 : 0.3) : 0;
    if (this.#is(wrappers)) return this.#wrapper(at, { ...place, depth: place.depth + 1 });
    if (at.symbols === 0 && this.#is(0.15))
      return this.#is(0.5)
        ? [call("dropout", 0.25, ...this.#options({ perSequence: [0.3, () => true] })), at]
        : [call("layerNorm", NORM), at];
    if (at.isVector || this.#is(0.15)) return this.#dense(at);
    if (place.part !== "decoder" && place.part !== "cell" && this.#is(place.depth === 0 ? 0.08 : 0.01))
      return [call("last"), { ...at, isVector: true }];
    if (place.source > 0 && at.symbols === 0 && this.#is(0.5)) return this.#attention(at, place);
    return this.#recurrent(at, place);
  }

  #sized(name: string, at: At, ...options: readonly Plain[]): Made {
    const units = this.#width();
    return [call(name, units, ...options), { ...at, symbols: 0, width: units }];
  }

  #activation(): string {
    return this.#one(["tanh", "sigmoid", "relu", "softplus", "identity", "softsign", "elu", "silu", "leakyRelu", "hardSigmoid"]);
  }

  #dense(at: At): Made {
    return this.#sized("dense", at, ...this.#options({ activation: [0.7, () => this.#activation()], bias: [0.1, () => false] }));
  }

  #attention(at: At, { source }: Place): Made {
    const score = this.#one(["dot", "dot", "general", "additive"]);
    const equal = score !== "dot" || at.width === source;
    const [options] = this.#options({
      score: [1, () => score],
      units: [score === "general" ? 0.02 : equal ? 0.4 : 0.95, () => this.#width()],
      scale: [score === "additive" ? 0.02 : 0.3, () => true],
      bias: [score === "additive" ? 0.4 : 0.02, () => true],
      values: [0.3, () => this.#width()],
    });
    const { values = source, ...asked } = options as { values?: number };
    const all = values === source ? asked : { ...asked, values };
    if (this.#is(0.3)) {
      // A cell looks from its own state, so for "dot" that must be as wide.
      const units = score === "dot" && !("units" in all) ? source : this.#width();
      return [call("attending", units, all), { ...at, width: units }];
    }
    const alone = this.#is(0.3);
    return [call("attention", alone ? { ...all, output: "context" } : all), { ...at, width: values + (alone ? 0 : at.width) }];
  }

  #recurrent(at: At, place: Place): Made {
    const mayHear = (place.part === "model" || place.part === "decoder") && this.#is(0.2);
    const kind = this.#random.below(12);
    if (at.symbols > 0 && kind === 0) return this.#sized("delayedSymbols", at);
    if (kind === 1 && place.part !== "cell") {
      const units = 1 + this.#width();
      return [call("reservoir", units, ...this.#reservoir(mayHear)), { ...at, symbols: 0, width: units }];
    }
    if (kind === 2 || kind === 3) {
      const name = this.#one(OWN);
      // Several of them lay gates or slices out of their units; the words need numbers.
      return this.#cell(name, at);
    }
    if (kind === 4 && place.depth < 2) {
      const units = this.#width();
      const [inner] = this.#stack({ symbols: 0, width: 2 * units, isVector: false }, { ...place, part: "cell", depth: place.depth + 1 }, 2);
      return [call("within", units, inner), { ...at, symbols: 0, width: units }];
    }
    if (mayHear && this.#is(0.25)) return this.#sized("hearing", at);
    const name = mayHear ? "rnn" : this.#one(["rnn", "lstm", "gru"]);
    const units = this.#width() + (name === "lstm" ? 1 : 0);
    const [options] = this.#options(this.#cellOptions(name, units, mayHear, place));
    const projection = (options as { projection?: number } | undefined)?.projection;
    return [call(name, units, ...(options === undefined ? [] : [options])), { ...at, symbols: 0, width: projection ?? units }];
  }

  #cell(name: string, at: At): Made {
    const units = this.#width();
    return [call("cell", name, units), { ...at, symbols: 0, width: units }];
  }

  #reservoir(hears: boolean): Plain[] {
    return this.#options({
      leak: [0.4, () => 0.3],
      radius: [0.3, () => 1.2],
      density: [0.2, () => 0.5],
      bias: [0.3, () => 0.5],
      feedback: [hears ? 0.9 : 0, () => 0.5],
      noise: [0.2, () => 0.1],
      activation: [0.2, () => this.#one(["identity", "sigmoid"])],
    });
  }

  #cellOptions(name: string, units: number, hears: boolean, place: Place): Choices {
    const transition = (): Plain => {
      const [layers] = this.#stack({ symbols: 0, width: units, isVector: false }, { ...place, part: "cell", depth: 2 }, 2);
      return this.#is(0.5) ? [...layers, call("dense", units, { activation: "tanh" })] : layers;
    };
    const skips = (): Plain => this.#one(["none", "concat", "add"]);
    const common = {
      bias: [0.1, () => false],
      clip: [0.08, () => 0.7],
      delays: [0.12, () => this.#one([[1, 3], [2], [3, 1], [1, 2, 4]])],
      layerNorm: [0.12, () => NORM],
      recurrentDropout: [0.1, () => 0.25],
      zoneout: [0.12, () => (name === "lstm" ? this.#one([0.2, { h: 0.2, c: 0.5 }, { c: 0.3 }]) : 0.3)],
    } as const;
    const deep = place.depth < 2 && this.#is(0.12) ? ({ transition: [1, transition], transitionSkip: [0.4, skips] } as const) : {};
    const own = { activation: [0.3, () => this.#activation()], leak: [0.2, () => this.#one([0.3, "learned"])] } as const;
    // What does not hear itself has none of the options of hearing.
    if (hears && this.#is(0.5)) return { ...own, zoneout: common.zoneout, layerNorm: common.layerNorm, recurrence: [1, () => "output"] };
    if (name === "rnn") return { ...common, ...deep, ...own, recurrence: [hears ? 1 : 0, () => "both"] };
    if (name === "gru") return { ...common, ...deep, reset: [0.3, () => "before"], activation: [0.1, () => this.#activation()] };
    return {
      ...common,
      ...deep,
      peepholes: [0.15, () => true],
      coupled: [0.15, () => true],
      cellClip: [0.08, () => 0.4],
      projection: [0.12, () => Math.ceil(units / 2)],
      activation: [0.08, () => this.#activation()],
    };
  }

  #wrapper(at: At, place: Place): Made {
    const kind = this.#one(["residual", "residual", "skip", "reverse", "bidirectional", "bidirectional"]);
    const turns = kind === "reverse" || kind === "bidirectional";
    // What says or hears each step before the next is known cannot look ahead: now and then it is asked to, and must refuse.
    if (turns && (at.isVector || place.part === "decoder" || place.part === "cell") && !this.#is(0.05)) return this.#dense(at);
    const inside = turns ? { ...place, part: place.part === "decoder" || place.part === "model" ? ("head" as const) : place.part } : place;
    const [inner, now] = this.#stack(at, inside, 2);
    const asked = inner.length === 1 && this.#is(0.5) ? inner[0] : inner;
    if (kind === "residual") {
      const fits = now.width === at.width && at.symbols === 0;
      return [call("residual", fits ? asked : [...inner, call("dense", at.width)]), at];
    }
    if (kind === "skip") return [call("skip", asked), { ...now, width: at.width + now.width }];
    const ends = !now.isVector && place.depth === 1 && this.#is(0.15) ? [...inner, call("last")] : null;
    const after = ends ? { ...now, isVector: true } : now;
    if (kind === "reverse") return [call("reverse", ends ?? asked), after];
    const merge = this.#one(["concat", "concat", "sum", "mean", "product"]);
    const other = merge === "concat" && !after.isVector && this.#is(0.15) ? this.#stack(at, inside, 2) : null;
    const options = { ...(merge === "concat" ? {} : { merge }), ...(other ? { backward: other[0] } : {}) };
    const width = merge === "concat" ? now.width + (other ? other[1].width : now.width) : now.width;
    return [call("bidirectional", ends ?? asked, ...(Object.keys(options).length > 0 ? [options] : [])), { ...after, width }];
  }
}
