// A Householder reflection: what both reductions are made of.

/**
 * The reflection I − β·v·vᵀ that leaves only the first of the entries from … to − 1 of a row or a column, which begin at `at` and lie `step`
 * apart. They are overwritten with what it makes of them. Fills v, with zeros before `from`; returns β, 0 where nothing is to be done.
 */
export function reflector(a: Float64Array, at: number, step: number, from: number, to: number, v: Float64Array): number {
  v.fill(0);
  let largest = 0;
  for (let i = from; i < to; i++) {
    v[i] = a[at + (i - from) * step];
    if (i > from) largest = Math.max(largest, Math.abs(v[i]));
  }
  if (largest === 0) {
    v[from] = 0;
    return 0;
  }
  largest = Math.max(largest, Math.abs(v[from]));
  let square = 0;
  for (let i = from; i < to; i++) {
    v[i] /= largest;
    square += v[i] * v[i];
    a[at + (i - from) * step] = 0;
  }
  // v = x − norm·e₁, where norm has the sign that does not cancel; β = 2/vᵀv = 1/(norm² − norm·x₁).
  const norm = v[from] > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  const beta = 1 / (square - norm * v[from]);
  a[at] = norm * largest;
  v[from] -= norm;
  return beta;
}
