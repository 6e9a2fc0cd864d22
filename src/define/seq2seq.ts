// seq2seq(): a sequence made from another, from a vector, or from nothing: an encoder on the source's timeline, a bridge, a decoder on its own.

import { reachable } from "../graph/graph.ts";
import { checkDirections, looksAhead } from "./direction.ts";
import { addHead, type Head } from "./heads.ts";
import type { Layer } from "./layer.ts";
import { inputText } from "./layers.ts";
import { type Definition, finish, type Part, totalsOf } from "./model.ts";
import { build, type Made } from "./seq2seq-build.ts";
import { type Checked, checkSeq2seq, type Seq2seqOptions } from "./seq2seq-options.ts";
import { stopHead } from "./stops.ts";

/**
 * A sequence from a sequence (Cho et al. 2014; Sutskever, Vinyals and Le 2014; Goodfellow et al. 2016, §10.4), from a vector, or from nothing.
 *
 * The encoder reads the source, [S, B, …]. What its last recurrent layer puts out where it ends, each direction where that one ends, is the
 * **context**; or the vector that the encoder ends with; or the source itself if it is a vector. The layers of `bridge` make another of it.
 *
 * - "initial": the decoder's recurrent layers begin with it. Without a bridge the states of the decoder's i-th recurrent layer begin with those in
 *   which the encoder's i-th ends, name by name (h with h, c with c), if there are as many of both; else with those of the encoder's last. Where
 *   widths or names do not agree, a dense layer `bridge/<path>/<state>` is put in.
 * - "input": it stands beside the decoder's input at every step, behind an embedding. Its product with the weights is made once a sequence, so
 *   the layer that gets it has a weight of its own for it: `wx context` beside `wx`.
 *
 * The decoder hears what was said at the step before: in training the truth, so that what recurs nowhere else is computed for all steps at once;
 * its own draw when generating, a symbol, bits or numbers; some of both with `train(data, { teacherForcing: 0.5 })`. Before the first step it hears a symbol of the library's
 * own, n of tokens(n), or zeros. With `endSymbol()` it says that symbol behind the last one, and a last layer dense(n) is made one wider; `stopOutput()` and
 * `predictedLength()` are heads of their own, "stop" and "length".
 *
 * Parameters are called `encoder 1/gru/wx`, `bridge 1/dense/w`, `decoder 2/gru/wh`, or after the layer's own name.
 *
 * @throws TypeError or RangeError with the layer's path or the option that cannot be.
 */
export function seq2seq(options: Seq2seqOptions): Definition {
  const checked = checkSeq2seq(options);
  // How many recurrent layers the decoder has decides what they begin with, and is known when it has been built.
  const made = checked.source && checked.context !== "input" ? build(checked, build(checked, null).cells.length) : build(checked, null);
  const { output, graph } = made;
  const { source, target, encoder, bridge, decoder, loss, stop, maximum, mean, seed } = checked;
  const layers: Part[] = [
    ...encoder.map(partOf("encoder")),
    ...bridge.map(partOf("bridge")),
    ...made.added,
    ...decoder.map(partOf("decoder")),
  ];
  checkSymbols(checked, output.width, layers[layers.length - 1].path);
  const head = addHead(output, { name: "target", loss, mean, weight: 1 }, layers[layers.length - 1].path);
  const stopping = stopHead(stop, made.entering, made.context);
  const others = stopping ? [addHead(stopping.output, { ...stopping, mean }, stopping.parts[0].path)] : [];
  checkMade(checked, made, layers, [head, ...others]);
  return finish({
    format: 1,
    seed,
    inputs: source ? { source } : {},
    layers: [...layers, ...(stopping?.parts ?? []).map((part) => ({ ...part, head: stopping?.name as string }))],
    feedback: loss.kind === "meanSquared" ? "output" : "draw",
    decoding: { target, boundary: target.kind === "tokens" ? target.symbols : -1, stop, maximum },
    nodes: graph.nodes,
    heads: [head, ...others],
  });
}

const partOf =
  (part: "encoder" | "bridge" | "decoder") =>
  ({ path, layer }: { readonly path: string; readonly layer: Layer }): Part => ({ path, text: layer.text, part });

/** An output has a column for each symbol. Said before its loss judges its width. */
function checkSymbols({ target, stop, loss }: Checked, width: number, path: string): void {
  if (target.kind !== "tokens") return;
  const ends = stop?.kind === "endSymbol";
  if (ends && loss.kind === "crossEntropy" && loss.ignore === target.symbols)
    throw new RangeError(
      `seq2seq: crossEntropy: ignore is ${loss.ignore}, which is the end, a symbol of the library's own behind ${inputText(target)}: no sequence would learn to end. Name one of the target's symbols, or a number below 0.`,
    );
  const wanted = target.symbols + (ends ? 1 : 0);
  if (width === wanted) return;
  const needed = ends ? `${inputText(target)} and the end, ${wanted} symbols` : inputText(target);
  throw new RangeError(
    `${path}: the output is ${width} wide but the target is ${needed}. End with dense(${target.symbols})${ends ? ", which is made one wider" : ""}.`,
  );
}

/** What was made must fit the target, say each step before the next is known, and leave nothing that was read unheard. */
function checkMade(
  { target, source, context, encoder }: Checked,
  made: Made,
  layers: readonly Part[],
  heads: readonly [Head, ...Head[]],
): void {
  const { nodes } = made.graph;
  const { path } = layers[layers.length - 1];
  const { shape } = nodes[heads[0].target];
  if (shape.extent !== "sequence" || shape.timeline !== 0)
    throw new TypeError(`${path}: a decoder must end with a sequence but ends with a ${String(made.output)}. Leave last() out.`);
  if (target.kind === "features" && shape.width !== target.width)
    throw new RangeError(
      `${path}: the output is for targets of ${shape.width} numbers but the target is ${inputText(target)}. Make the two equal.`,
    );
  const ahead = looksAhead({ nodes, layers });
  if (ahead !== null)
    throw new TypeError(
      `${ahead}: it looks at later steps, but a decoder says each step before the next is known. Use reverse() and bidirectional() in the encoder.`,
    );
  checkDirections(nodes, made.output.id);
  if (source && context !== "input" && made.cells.length === 0)
    throw new TypeError(
      `seq2seq: context is "${context}" but no layer of the decoder has a state that could begin with it. Use context: "input", or add gru(128).`,
    );
  const { place } = reachable(nodes, totalsOf({ heads }));
  for (const { path: unheard } of encoder)
    if (!nodes.some(({ label }, id) => place[id] >= 0 && (label === unheard || label.startsWith(`${unheard}/`))))
      throw new TypeError(
        `${unheard}: nothing hears what it gives: the context is the state in which the encoder's last recurrent layer ends. Put it into bridge, or before that layer.`,
      );
}
