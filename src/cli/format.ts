// Numbers, times and texts as they stand on the screen.

const NATS = Math.LN2;

/** Nats, as the engine gives them, in bits with three decimals. */
export const bits = (nats: number): string => (nats / NATS).toFixed(3);

export const whole = (number: number): string => Math.round(number).toLocaleString("en-US");

/** `1 step`, `2,000 steps` */
export const several = (count: number, noun: string): string => `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;

/** `850`, `12.3k`, `148k`, `1.2M` */
export function short(number: number): string {
  if (number < 1000) return number.toFixed(0);
  const [value, unit] = number < 999_500 ? [number / 1000, "k"] : [number / 1e6, "M"];
  return `${value.toFixed(value < 99.95 ? 1 : 0)}${unit}`;
}

/** `64 B`, `3.2 kB`, `130 MB` */
export const size = (bytes: number): string =>
  bytes < 1000
    ? `${bytes} B`
    : bytes < 999_500
      ? `${toThree(bytes / 1000)} kB`
      : bytes < 999.5e6
        ? `${toThree(bytes / 1e6)} MB`
        : `${toThree(bytes / 1e9)} GB`;

const toThree = (value: number): string => (value < 99.95 ? value.toFixed(1) : value.toFixed(0));

/** `0:07`, `12:30`, `2:05:00` */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const two = (number: number): string => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** Control characters that a terminal would obey become their pictures; line ends and tabs stay. */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be found.
  text.replace(/\r\n/g, "\n").replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const point = character.charCodeAt(0);
    return point < 0x20 ? String.fromCharCode(0x2400 + point) : point === 0x7f ? "\u2421" : "\u00b7";
  });

/** Code points that take two columns: East Asian wide forms and pictographs (a coarse reading of UAX #11). */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const NARROWLESS = /\p{Mn}|\p{Me}|\p{Cf}/u;

const columnsOf = (character: string): number => (character < "\u0300" ? 1 : WIDE.test(character) ? 2 : NARROWLESS.test(character) ? 0 : 1);

/** A text as lines of at most so many columns, broken at a space where there is one. */
export function fold(text: string, columns: number): string[] {
  return text
    .replace(/\t/g, "  ")
    .split("\n")
    .flatMap((line) => {
      const lines: string[] = [];
      let [rest, used, space] = ["", 0, -1];
      for (const character of line) {
        const taken = columnsOf(character);
        if (used + taken > columns) {
          const cut = space > columns / 2 ? space : rest.length;
          lines.push(rest.slice(0, cut).trimEnd());
          rest = rest.slice(cut).replace(/^ /, "");
          used = [...rest].reduce((sum, each) => sum + columnsOf(each), 0);
          space = -1;
        }
        rest += character;
        used += taken;
        if (character === " ") space = rest.length;
      }
      return [...lines, rest];
    });
}

/** Rows of words in columns: the numbers given are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((word, i) => Math.max(most[i] ?? 0, word.length)), []);
  return rows.map((row) =>
    row
      .map((word, i) => (right.includes(i) ? word.padStart(widths[i]) : word.padEnd(widths[i])))
      .join("  ")
      .trimEnd(),
  );
}
