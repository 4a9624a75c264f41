// Finding words in a conversation: upper and lower case, accents, and the width of characters make no difference.

import type { Entry } from "../bindings/Entry";
import type { Range } from "./parts";

/** A place that was found. */
export interface Match extends Range {
  /** The entry's place in the conversation, and its id. */
  place: number;
  id: number;
}

/** No more are counted. */
export const MOST_MATCHES = 5_000;

/** A character with the marks that are drawn upon it, of half width, too. */
const CLUSTER = /\P{M}[\p{M}\uff9e\uff9f]*|\p{M}+/gu;

/** Accents, and the points of Hebrew and Arabic. Other marks make other letters: those of kana, the vowels of Hindi. */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\ufe00-\ufe0f]/gu;

/** The text as it is compared. */
export function fold(text: string): string {
  return isPlain(text)
    ? text.toLowerCase()
    : text
        .normalize("NFKD")
        .replace(ACCENTS, "")
        .normalize("NFC")
        .toUpperCase()
        .toLowerCase()
        .replaceAll("ς", "σ");
}

/** Folded texts are kept as long as their entries: each letter of a search looks through all of them. */
const kept = new WeakMap<Entry, string>();

function foldedText(entry: Entry): string {
  let folded = kept.get(entry);
  if (folded === undefined) {
    folded = fold(entry.text);
    kept.set(entry, folded);
  }
  return folded;
}

/** Where `query` occurs, from the first entry to the last. */
export function find(entries: readonly Entry[], query: string): Match[] {
  const wanted = fold(query.trim());
  const matches: Match[] = [];
  if (wanted === "") return matches;
  for (const [place, entry] of entries.entries()) {
    if (!foldedText(entry).includes(wanted)) continue;
    for (const range of rangesOf(entry.text, wanted)) {
      if (matches.length === MOST_MATCHES) return matches;
      matches.push({ ...range, place, id: entry.id });
    }
  }
  return matches;
}

/** The matches of each entry, by its id. */
export function byEntry(matches: readonly Match[]): ReadonlyMap<number, Match[]> {
  const groups = new Map<number, Match[]>();
  for (const match of matches) {
    const group = groups.get(match.id);
    if (group === undefined) groups.set(match.id, [match]);
    else group.push(match);
  }
  return groups;
}

/** Where a folded text occurs in one that isn't, without overlaps. */
export function rangesOf(text: string, wanted: string): Range[] {
  if (wanted === "") return [];
  const { folded, origins } = isPlain(text) ? { folded: text.toLowerCase(), origins: null } : traced(text);
  const ranges: Range[] = [];
  let at = folded.indexOf(wanted);
  while (at >= 0 && ranges.length < MOST_MATCHES) {
    const last = at + wanted.length - 1;
    const range =
      origins === null
        ? { start: at, end: last + 1 }
        : { start: origins[at]?.start ?? 0, end: origins[last]?.end ?? text.length };
    // What is one character here may be several there (㎏), and be found in each of them.
    if (range.start >= (ranges.at(-1)?.end ?? 0)) ranges.push(range);
    at = folded.indexOf(wanted, last + 1);
  }
  return ranges;
}

/** The folded text, and for each of its units which characters of the text it comes from. */
function traced(text: string): { folded: string; origins: Range[] } {
  const origins: Range[] = [];
  let folded = "";
  for (const { 0: cluster, index: start } of text.matchAll(CLUSTER)) {
    const part = fold(cluster);
    folded += part;
    for (let unit = 0; unit < part.length; unit += 1) origins.push({ start, end: start + cluster.length });
  }
  return { folded, origins };
}

function isPlain(text: string): boolean {
  return /^[\t\n\r -~]*$/.test(text);
}
