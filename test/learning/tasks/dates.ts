// Dates as people write them, and as ISO 8601 writes them.

import type { Random } from "../../reference/random.ts";

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

interface Parts {
  readonly day: number;
  readonly month: number;
  readonly year: number;
  readonly weekday: string;
}

const ordinal = (day: number): string => `${day}${day % 100 > 10 && day % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th")}`;
const named = ({ month }: Parts): string => MONTHS[month];
const short = ({ month }: Parts): string => MONTHS[month].slice(0, 3);

const FORMATS: readonly ((date: Parts) => string)[] = [
  (date) => `the ${ordinal(date.day)} of ${named(date)}, ${date.year}`,
  (date) => `${named(date)} ${date.day}, ${date.year}`,
  (date) => `${date.weekday} ${date.day} ${named(date)} ${date.year}`,
  (date) => `${date.weekday}, ${named(date)} ${ordinal(date.day)}, ${date.year}`,
  (date) => `${date.day} ${short(date)} ${date.year}`,
  (date) => `${short(date)}. ${ordinal(date.day)} ${date.year}`,
  (date) => `${date.day}.${date.month + 1}.${date.year}`,
  (date) => `${date.month + 1}/${date.day}/${date.year}`,
  (date) => `${date.weekday.slice(0, 3)} ${date.day} ${short(date)} ${date.year}`,
  (date) => `${date.year}, ${named(date)} the ${ordinal(date.day)}`,
];

export interface WrittenDate {
  readonly written: string;
  /** 1998-03-03 */
  readonly iso: string;
}

/** Every day from 1900 to 2099, as milliseconds since 1970. */
export const allDays = (): number[] => {
  const [first, end, day] = [Date.UTC(1900, 0, 1), Date.UTC(2100, 0, 1), 86_400_000];
  return Array.from({ length: (end - first) / day }, (_, index) => first + index * day);
};

/** A day in one of the formats, as it stands or in small letters. */
export function writeDate(time: number, random: Random): WrittenDate {
  const date = new Date(time);
  const parts = { day: date.getUTCDate(), month: date.getUTCMonth(), year: date.getUTCFullYear(), weekday: DAYS[date.getUTCDay()] };
  const written = FORMATS[random.below(FORMATS.length)](parts);
  return { written: random.below(2) === 0 ? written : written.toLowerCase(), iso: date.toISOString().slice(0, 10) };
}

/** Every format of a day, for who wants to look at them. */
export const formatsOf = (parts: Parts): string[] => FORMATS.map((format) => format(parts));

/** Characters of all that is written, and of ISO dates. */
export const WRITTEN_CHARACTERS = [
  ...new Set([...MONTHS, ...DAYS, "0123456789 ,./ofthe stndrd"].join("") + [...MONTHS, ...DAYS].join("").toLowerCase()),
]
  .sort()
  .join("");
export const ISO_CHARACTERS = "-0123456789";
