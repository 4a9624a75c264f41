// What a text consists of: words, code and addresses, as places in the text. No other markup means anything.

import { ADDRESS, destination, trimmed } from "./links";

/** A place in a text, in UTF-16 units. */
export interface Range {
  start: number;
  end: number;
}

/** A part, by what it shows; marks around code belong to none. */
export type Part = Range & ({ kind: "text" | "code" | "block" } | { kind: "link"; url: URL });

/** A text of nothing but marks isn't worth more elements than these; the rest of it is shown as it is. */
const MOST = 400;

const FENCE = /^[ \t]*```[^`\n]*$/gm;
const FENCE_END = /^[ \t]*```[ \t]*$/gm;
const INLINE = new RegExp(`\`([^\`\\n]+)\`|${ADDRESS.source}`, "giu");

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let place = 0;
  while (parts.length < MOST) {
    const fence = search(FENCE, text, place);
    if (fence === null) break;
    addInline(parts, text, place, fence.index);
    const start = Math.min(fence.index + fence[0].length + 1, text.length);
    const close = search(FENCE_END, text, start);
    const end = close === null ? text.length : Math.max(start, close.index - 1);
    if (end > start) parts.push({ kind: "block", start, end });
    place = close === null ? text.length : Math.min(close.index + close[0].length + 1, text.length);
  }
  addInline(parts, text, place, text.length);
  return parts;
}

function addInline(parts: Part[], text: string, from: number, to: number): void {
  let place = from;
  for (const found of text.slice(from, to).matchAll(INLINE)) {
    if (parts.length >= MOST) break;
    const start = from + found.index;
    const code = found[1];
    if (code !== undefined) {
      addText(parts, place, start);
      parts.push({ kind: "code", start: start + 1, end: start + 1 + code.length });
      place = start + found[0].length;
      continue;
    }
    const address = trimmed(found[0]);
    const url = destination(address);
    if (url === null) continue;
    addText(parts, place, start);
    place = start + address.length;
    parts.push({ kind: "link", start, end: place, url });
  }
  addText(parts, place, to);
}

function addText(parts: Part[], start: number, end: number): void {
  if (end > start) parts.push({ kind: "text", start, end });
}

function search(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}
