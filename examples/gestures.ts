// Sequences of different lengths, and two answers to each: which gesture it is, one class for the whole, and at each step whether the hand turns.

import { adam, compile, crossEntropy, dense, type Example, examples, features, gru, last, model } from "unrolled";

let seed = 1;
const chance = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const GESTURES = ["circle", "square", "line"];
const [MOVES, TURNS, UNKNOWN] = [0, 1, -1];

/** A hand of 8 to 30 steps, seen by how it moves: (Δx, Δy) at each. Of some steps nobody has written down whether it turned. */
function gesture() {
  const [kind, steps] = [Math.floor(3 * chance()), 8 + Math.floor(23 * chance())];
  const side = Math.ceil(steps / 4);
  const input: number[][] = [];
  const target: number[] = [];
  let angle = 2 * Math.PI * chance();
  for (let t = 0; t < steps; t++) {
    const turns = kind === 0 || (kind === 1 && t > 0 && t % side === 0);
    if (turns) angle += kind === 0 ? (2 * Math.PI) / steps : Math.PI / 2;
    input.push([Math.cos(angle) + (chance() - 0.5) / 10, Math.sin(angle) + (chance() - 0.5) / 10]);
    target.push(chance() < 0.2 ? UNKNOWN : turns ? TURNS : MOVES);
  }
  return { input, target, heads: { kind } } satisfies Example;
}

// Steps whose target is −1 do not count. The head hears the same recurrent layer, and of it the state in which each sequence ends.
using net = await compile(
  model({
    input: features(2),
    layers: [gru(24), dense(2)],
    loss: crossEntropy({ ignore: UNKNOWN }),
    heads: { kind: { layers: [last(), dense(GESTURES.length)], loss: crossEntropy(), weight: 0.5 } },
    seed: 1,
  }),
);
const data = examples(Array.from({ length: 600 }, gesture), { batch: 16 });
for await (const { step, losses, wasted } of net.train(data, { optimizer: adam(1e-2), clip: { norm: 1 }, epochs: 12 }))
  if (step % 76 === 0)
    console.log(
      `step ${step}: turning ${losses.target.toFixed(3)}, kind ${losses.kind.toFixed(3)} nats; ${(100 * wasted).toFixed(1)} % of this batch idle`,
    );

const unseen = Array.from({ length: 200 }, gesture);
const likeliest = (chances: Float32Array): number => chances.indexOf(Math.max(...chances));
const sequences = unseen.map(({ input }) => input);
const kinds = net.predictAll(sequences, { head: "kind" }).map(([chances]) => likeliest(chances));
const tags = net.predictAll(sequences).map((steps) => steps.map(likeliest));
const known = unseen.flatMap(({ target }, i) => target.flatMap((tag, t) => (tag === UNKNOWN ? [] : [tags[i][t] === tag])));
console.log(`${GESTURES[kinds[0]]} (it is a ${GESTURES[unseen[0].heads.kind]}): ${tags[0].map((tag) => "─⤵"[tag]).join("")}`);
console.log(
  `of 200 unseen, the kind of ${unseen.filter(({ heads }, i) => kinds[i] === heads.kind).length}; of their steps ${((100 * known.filter(Boolean).length) / known.length).toFixed(1)} %`,
);
