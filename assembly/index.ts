// The exports of the module.
export function version(): i32 { return 1; }
