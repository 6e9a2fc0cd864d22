// How the sequences that a decoder makes come to their end: a stop as data.

/** What ends a sequence. */
export type Stop = { readonly kind: "endSymbol" };

/**
 * A symbol of the library's own behind the last one: the decoder says it when it has done, and is taught so. The output has one symbol more than
 * the targets; a user neither gives it nor sees it. For targets of tokens(n).
 */
export const endSymbol = (): Stop => ({ kind: "endSymbol" });
