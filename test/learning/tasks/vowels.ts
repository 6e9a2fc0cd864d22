// Nine speakers saying two vowels, twelve numbers a step (Kudo, Toyama and Shimbo 1999), from the `.ts` files of the UEA archive.

export const CHANNELS = 12;
export const SPEAKERS = 9;

export interface Utterance {
  readonly input: readonly (readonly number[])[];
  /** From 0. */
  readonly target: number;
}

/** Lines of data: channels between colons, their numbers between commas, at the end the speaker from 1. */
export const vowels = (file: string): Utterance[] =>
  file
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[#@]/.test(line))
    .map((line) => {
      const parts = line.split(":");
      const channels = parts.slice(0, -1).map((part) => part.split(",").map(Number));
      return { input: channels[0].map((_, t) => channels.map((channel) => channel[t])), target: Number(parts[parts.length - 1]) - 1 };
    });
