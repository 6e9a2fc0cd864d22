/** What npm printed. @throws Error with npm's own words if it fails. */
export function npm(args: readonly string[], cwd: string): string;
