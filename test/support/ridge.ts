// Ridge regression the plain way, in f64: the judge of net.solve.

/** Gaussian elimination with partial pivoting. */
function eliminate(a: number[][], b: number[][]): number[][] {
  const n = a.length;
  const rows = a.map((row, i) => [...row, ...b[i]]);
  for (let k = 0; k < n; k++) {
    const pivot = rows.reduce((best, row, i) => (i >= k && Math.abs(row[k]) > Math.abs(rows[best][k]) ? i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j < rows[i].length; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, k) => row.slice(n).map((value) => value / row[k]));
}

export interface Regression {
  /** [features (and 1)][targets] */
  readonly weights: number[][];
  readonly error: number;
  /** Generalised cross-validation (Golub, Heath and Wahba 1979): N·‖(I − H)·y‖² / tr(I − H)², a mean over targets. */
  readonly crossValidation: number;
}

/** The bias, if there is one, is the last feature and not penalised. */
export function regress(features: readonly ArrayLike<number>[], targets: readonly number[][], ridge: number, bias: boolean): Regression {
  const x = features.map((row) => [...Array.from(row), ...(bias ? [1] : [])]);
  const n = x[0].length;
  const normal = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => x.reduce((sum, row) => sum + row[i] * row[j], i === j && !(bias && i === n - 1) ? ridge : 0)),
  );
  const right = Array.from({ length: n }, (_, i) => targets[0].map((_, j) => x.reduce((sum, row, t) => sum + row[i] * targets[t][j], 0)));
  const weights = eliminate(normal, right);
  const squares = x.reduce(
    (sum, row, t) => sum + targets[t].reduce((s, y, j) => s + (row.reduce((p, v, i) => p + v * weights[i][j], 0) - y) ** 2, 0),
    0,
  );
  const hat = eliminate(
    normal,
    Array.from({ length: n }, (_, i) => x.map((row) => row[i])),
  );
  const trace = x.reduce((sum, row, t) => sum + row.reduce((s, v, i) => s + v * hat[i][t], 0), 0);
  const error = squares / (x.length * targets[0].length);
  return { weights, error, crossValidation: error / (1 - trace / x.length) ** 2 };
}
