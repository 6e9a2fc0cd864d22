// The eigenvalues of a matrix of two rows, without overflow or cancellation.

/** [real, imaginary] of both eigenvalues of [[a, b], [c, d]]. */
export function eigenvaluesOfTwo(a: number, b: number, c: number, d: number): [[number, number], [number, number]] {
  const scale = Math.max(Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
  if (scale === 0) {
    return [
      [0, 0],
      [0, 0],
    ];
  }
  const half = (a / scale - d / scale) / 2;
  const discriminant = half * half + (b / scale) * (c / scale);
  if (discriminant < 0) {
    const [middle, height] = [(a + d) / 2, scale * Math.sqrt(-discriminant)];
    return [
      [middle, height],
      [middle, -height],
    ];
  }
  // The root that does not cancel first; the other from the product of both.
  const root = half + (half < 0 ? -1 : 1) * Math.sqrt(discriminant);
  const first = d + scale * root;
  const second = root === 0 ? d : d - (b / scale) * (c / root);
  return [
    [first, 0],
    [second, 0],
  ];
}
