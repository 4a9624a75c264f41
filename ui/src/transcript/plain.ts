// A conversation as plain text, to be pasted elsewhere.

import type { Entry } from "../bindings/Entry";
import type { Times } from "./times";
import { isSameDay } from "./times";

/** How an entry is written. */
export interface Words {
  times: Times;
  name: (entry: Entry) => string;
  /** What an entry says besides its words. */
  note: (entry: Entry) => string | null;
  /** What else it shows, in lines. */
  besides: (entry: Entry) => string[];
  unheard: string;
}

/** One turn's side, with who said it and when. What was never heard is told from the rest. */
export function plain(entry: Entry, words: Words): string {
  const { text } = entry;
  const heard = entry.heardChars ?? text.length;
  const said =
    heard < text.length ? `${text.slice(0, heard)}[${words.unheard}: ${text.slice(heard).trim()}]` : text;
  const lines = [said, ...words.besides(entry), words.note(entry)].filter(
    (line) => line !== null && line !== "",
  );
  if (entry.speaker === "notice" || entry.speaker === "tool") return `— ${lines.join(" ")}`;
  return [`${words.name(entry)} (${words.times.time(entry.startedAt)})`, ...lines].join("\n");
}

/** All of it, with the date wherever a day begins. */
export function plainAll(entries: readonly Entry[], words: Words): string {
  const blocks = entries.flatMap((entry, place) => {
    const before = entries[place - 1];
    const block = plain(entry, words);
    const begins = before === undefined || !isSameDay(before.startedAt, entry.startedAt);
    return begins ? [words.times.date(entry.startedAt), block] : [block];
  });
  return `${blocks.join("\n\n")}\n`;
}
