// A fault of the caller's, as one sentence for the terminal, and the sentences for what files can do wrong.

/** Shown as it is, without a stack; the process ends with `exitCode`. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(sentence: string, exitCode = 1) {
    super(sentence);
    this.name = "Failure";
    this.exitCode = exitCode;
  }
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist: a part of the path is not a folder",
  EISDIR: "is a folder, not a file",
  EACCES: "may not be accessed: permission is denied",
  EPERM: "may not be accessed: permission is denied",
  EROFS: "cannot be written: the file system is read-only",
  ENOSPC: "cannot be written: the disk is full",
  EMFILE: "cannot be opened: too many files are open",
};

/** What the operating system said about a path, as a sentence. Other errors are passed on as they are. */
export function fileFailure(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (typeof code !== "string" || !(error instanceof Error)) return error;
  return new Failure(`${path} ${CAUSES[code] ?? `cannot be used (${code})`}.`);
}
