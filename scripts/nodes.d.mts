/** The binary of a major version of Node, or undefined where it cannot be had. */
export function node(version: number): string | undefined;
