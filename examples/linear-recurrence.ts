// h(t) = h(t−1)·W, the textbook's simplest recurrence (Goodfellow et al. 2016, §10.7): it shrinks, holds or explodes as the spectral radius says.

import { compile, examples, features, last, meanSquared, model, rnn } from "unrolled";
import { eigenvalues, gradientFlow, growth, setSpectralRadius, singularValues, spectralRadius, stepJacobian } from "unrolled/inspect";

const UNITS = 16;
const STEPS = 100;

/** A push at the first step, and nothing after it. */
const push = Array.from({ length: STEPS }, (_, t) => Array.from({ length: UNITS }, (_, i) => (t === 0 ? Math.cos(i) : 0)));

// Only the last state is compared with anything, so that all that arrives at the first one has come the whole way back.
const layers = [rnn(UNITS, { activation: "identity", name: "h" }), last()];
using net = await compile(model({ input: features(UNITS), layers, loss: meanSquared(), seed: 4 }));
const w = net.parameters.get("h/wh");
const shown = [0, 1, 10, 25, 50, 99];
/** s₀ is the state before the first step. */
const row = (label: string, values: readonly number[]): void =>
  console.log(label.padEnd(12), ...values.map((value) => value.toExponential(2).padStart(10)));

const [first] = eigenvalues(w);
console.log(
  `W [${UNITS} × ${UNITS}], as it is drawn: ρ = ${spectralRadius(w).toFixed(4)}, of the eigenvalue ${first.re.toFixed(3)} ± ${Math.abs(first.im).toFixed(3)}i`,
);
console.log(`its largest singular value is ${singularValues(w)[0].toFixed(4)}: one step can lengthen what many steps shorten\n`);

for (const radius of [0.9, 1, 1.1]) {
  setSpectralRadius(w, radius);
  const jacobians = stepJacobian(net, push);
  const { logs, rate } = growth(jacobians);
  const { states } = gradientFlow(net, examples([{ input: push, target: new Float32Array(UNITS).fill(1) }]));
  const steady = (logs[STEPS - 1] - logs[STEPS / 2 - 1]) / (STEPS / 2);
  console.log(
    `ρ = ${spectralRadius(w).toFixed(6)}   ln ρ = ${Math.log(radius).toFixed(4)}   grows by ${steady.toFixed(4)} a step once steady, ${rate.toFixed(4)} over all ${STEPS}`,
  );
  row("  t", shown);
  row(
    "  ‖∂h(t)/∂s₀‖",
    shown.map((t) => Math.exp(logs[t])),
  );
  row(
    "  ‖∂L/∂h(t)‖",
    shown.map((t) => states[0].norms[t]),
  );
  console.log();
}
