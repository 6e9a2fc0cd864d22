// Tables of numbers by row: lengths, orders and places, which a batch brings along (isa.ts draws them).

/** Number `row` of a table of i32. */
export function numberOf(table: usize, row: i32): i32 {
  return load<i32>(table + ((<usize>row) << 2));
}

/** The same; without a table, each row is its own. */
export function rowOf(table: usize, row: i32): i32 {
  return table === 0 ? row : numberOf(table, row);
}
