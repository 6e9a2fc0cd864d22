// A chaotic series of one equation with a memory (Mackey and Glass 1977), as Jaeger and Haas (2004) use it.

/**
 * dx/dt = 0.2·x(t−τ)/(1 + x(t−τ)¹⁰) − 0.1·x(t), τ = 17, from x = 1.2 before t = 0; Runge and Kutta's fourth order in steps of 0.1, one value a
 * unit of time after the first 1000, drawn together to tanh(x − 1).
 */
export function mackeyGlass(count: number): number[] {
  const [perUnit, discarded] = [10, 1000];
  const h = 1 / perUnit;
  const delay = 17 * perUnit;
  const x = new Float64Array(delay + (discarded + count) * perUnit + 1).fill(1.2, 0, delay + 1);
  const slope = (now: number, then: number): number => (0.2 * then) / (1 + then ** 10) - 0.1 * now;
  for (let i = delay; i < x.length - 1; i++) {
    const [then, next] = [x[i - delay], x[i - delay + 1]];
    const between = (then + next) / 2;
    const k1 = slope(x[i], then);
    const k2 = slope(x[i] + (h / 2) * k1, between);
    const k3 = slope(x[i] + (h / 2) * k2, between);
    const k4 = slope(x[i] + h * k3, next);
    x[i + 1] = x[i] + (h / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return Array.from({ length: count }, (_, t) => Math.tanh(x[delay + (discarded + t) * perUnit] - 1));
}
