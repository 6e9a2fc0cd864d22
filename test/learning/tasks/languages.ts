// Family names, and the languages they come from (Robertson's PyTorch tutorial).

/** The file of every language; its name is the class. */
export const LANGUAGES =
  "Arabic Chinese Czech Dutch English French German Greek Irish Italian Japanese Korean Polish Portuguese Russian Scottish Spanish Vietnamese".split(
    " ",
  );

export interface FamilyName {
  readonly name: string;
  readonly language: number;
}

/** Files in the order of LANGUAGES, one name a line. */
export const familyNames = (files: readonly string[]): FamilyName[] =>
  files.flatMap((file, language) =>
    file
      .split("\n")
      .map((line) => line.trim())
      .filter((name) => name !== "")
      .map((name) => ({ name, language })),
  );
