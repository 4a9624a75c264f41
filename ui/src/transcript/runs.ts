// A part of a text in pieces that look the same throughout: heard or not, found or not.

import { visible } from "./hidden";
import type { Range } from "./parts";

export interface Run {
  /** Where it begins in the whole text. */
  start: number;
  /** What is shown; nothing in it is hidden. */
  text: string;
  /** It was said but never heard. */
  unheard: boolean;
  /** The place that was searched for and found which it belongs to. */
  found: Range | null;
}

/** The pieces of `text` within `part`. Up to `heard` it was heard; `found` are places in order that don't overlap. */
export function runsOf(text: string, part: Range, heard: number, found: Range[]): Run[] {
  const inside = found.filter(({ start, end }) => start < part.end && end > part.start);
  const edges = [heard, ...inside.flatMap(({ start, end }) => [start, end])];
  const cuts = edges.filter((edge) => edge > part.start && edge < part.end).sort((one, other) => one - other);
  const runs: Run[] = [];
  let start = part.start;
  for (const end of [...cuts, part.end]) {
    if (end === start) continue;
    const from = start;
    runs.push({
      start,
      text: visible(text.slice(start, end)),
      unheard: start >= heard,
      found: inside.find((range) => range.start <= from && range.end >= end) ?? null,
    });
    start = end;
  }
  return runs;
}

/** Texts longer than this are folded, in UTF-16 units: a web view takes seconds for a million. */
export const LONG = 6_000;

/** How much of a long text is shown, in UTF-16 units. */
const SHOWN = 4_000;

/** The end of what is shown of a folded text: after a space if one is near, never within a character. */
export function folded(text: string): number {
  if (text.length <= LONG) return text.length;
  const space = text.lastIndexOf(" ", SHOWN);
  if (space > SHOWN - 100) return space;
  return /[\udc00-\udfff]/.test(text.charAt(SHOWN)) ? SHOWN - 1 : SHOWN;
}
