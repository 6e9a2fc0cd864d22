// Constants that stay where they are put: outside the loop.

/**
 * c in four lanes, by way of the 4 bytes at `at`.
 *
 * V8 builds a vector constant anew at every use, and moves arithmetic on constants back into the loop that uses it: three instructions
 * for each of the dozen constants of a series, twice the work of the series itself. What was loaded it keeps, in a register or on the
 * stack (measured, Node 20 to 26: sigmoid 2.1 ns an element with constants, 1.05 with these; relaxed 1.7 and 0.7).
 */
export function held(at: usize, c: f32): v128 {
  store<f32>(at, c);
  return v128.load32_splat(at);
}
