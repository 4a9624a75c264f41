// Characters that can't be seen, or turn around what can: shown as marks. Joiners and the marks that only tell the direction
// of what is beside them are left alone, for real words need them; each entry is isolated from the others.

const HIDDEN =
  // Control characters are what is looked for.
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u115f\u1160\u180e\u200b\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc\u{e0000}-\u{e007f}]/u;

/** Flags of regions are a black flag and its letters as such characters. */
const FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/u;

const RUNS = new RegExp(`${FLAG.source}|\\r\\n|(${HIDDEN.source})\\1*`, "gu");

/** The text with nothing hidden in it. */
export function visible(text: string): string {
  return text.replace(RUNS, (run: string, one?: string) => {
    if (run === "\r\n") return "\n";
    if (one === undefined) return run;
    const times = run.length / one.length;
    return times === 1 ? mark(one) : `${mark(one)}×${String(times)}`;
  });
}

function mark(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `⟨U+${code}⟩`;
}
