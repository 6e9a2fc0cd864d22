// The echo task as any app would train it, in plain JavaScript, so that the same lines run in every Node and in a page.

const SYMBOLS = 5;
const DISTANCE = 3;

/** Trains on "say what you heard three steps ago" and tells how it went, with a digest of every bit of every parameter. */
export async function echo(unrolled, options = {}) {
  const { adam, compile, crossEntropy, dense, dropout, model, rnn, tokens, windows } = unrolled;
  let state = 12345;
  const heard = Int32Array.from({ length: 6000 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * SYMBOLS);
  });
  const said = heard.map((_, t) => (t < DISTANCE ? 0 : heard[t - DISTANCE]));
  const layers = [rnn(40), dropout(0.02), dense(SYMBOLS)];
  const net = await compile(model({ input: tokens(SYMBOLS), layers, loss: crossEntropy(), seed: 7 }), options);
  const data = windows(heard, { targets: said, batch: 12, steps: 25 });
  let loss = Number.NaN;
  const gaps = [];
  let last = performance.now();
  const timer = setInterval(() => {
    gaps.push(performance.now() - last);
    last = performance.now();
  }, 0);
  for await (const progress of net.train(data, { optimizer: adam(6e-3), clip: { norm: 1 }, epochs: 20 })) loss = progress.loss;
  clearInterval(timer);
  const outputs = net.predict(heard.subarray(0, 500));
  const right = outputs.filter((chances, t) => t >= DISTANCE && chances.indexOf(Math.max(...chances)) === said[t]).length;
  const drawn = net.generate({ prompt: [1, 2, 3], length: 20, seed: 3 });
  const digest = digestOf([...net.parameters].map((parameter) => parameter.get()));
  const { binary } = net;
  net.close();
  return { digest: `${digest} ${drawn.join("")} ${loss}`, accuracy: right / (500 - DISTANCE), binary, gaps: gaps.sort((a, b) => a - b) };
}

/** FNV-1a over the bits of every number, in two lanes. */
function digestOf(arrays) {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (const array of arrays)
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte ^ (a >>> 15), 0x85ebca6b);
    }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
}
