// How a text of the conversation is taken apart: code, addresses, what is hidden, what was found, what was heard.

import { describe, expect, it } from "vitest";

import { visible } from "../src/transcript/hidden";
import { destination, isEncoded, trimmed } from "../src/transcript/links";
import { partsOf } from "../src/transcript/parts";
import { folded, LONG, runsOf } from "../src/transcript/runs";

/** Every part by its kind and text. */
const parts = (text: string) =>
  partsOf(text).map(({ kind, start, end }) => [kind, text.slice(start, end)] as const);

describe("parts", () => {
  it("are one where there is nothing special", () => {
    expect(parts("")).toEqual([]);
    expect(parts("Plain *words* and # more\n- lines")).toEqual([
      ["text", "Plain *words* and # more\n- lines"],
    ]);
  });

  it("have inline code without its marks", () => {
    expect(parts("Say `git log` now")).toEqual([
      ["text", "Say "],
      ["code", "git log"],
      ["text", " now"],
    ]);
    const none = "a ` alone\nan empty ``\n`over\nlines`";
    expect(parts(none)).toEqual([["text", none]]);
  });

  it("have blocks of code, with their language left out", () => {
    expect(parts("Look:\n```rust\nfn main() {}\n\n```\nDone `x`")).toEqual([
      ["text", "Look:\n"],
      ["block", "fn main() {}\n"],
      ["text", "Done "],
      ["code", "x"],
    ]);
  });

  it("have a block that is still being said", () => {
    expect(parts("```\nlet a = `1`; // https://example.com")).toEqual([
      ["block", "let a = `1`; // https://example.com"],
    ]);
    expect(parts("```")).toEqual([]);
  });

  it("take three marks within a line for no block", () => {
    expect(parts("three ``` marks").map(([kind]) => kind)).toEqual(["text"]);
  });

  it("have addresses, without what belongs to the sentence", () => {
    expect(parts("See https://example.com/a_(b), or (http://例え.jp/).")).toEqual([
      ["text", "See "],
      ["link", "https://example.com/a_(b)"],
      ["text", ", or ("],
      ["link", "http://例え.jp/"],
      ["text", ")."],
    ]);
    expect(parts("https://example.com。次")).toEqual([
      ["link", "https://example.com"],
      ["text", "。次"],
    ]);
  });

  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt://example.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "vivavoce://talk",
    "https://",
    "http://[",
    "https://google.com@example.net/",
    "https://user:secret@example.net/",
    "www.example.com",
  ])("take %s for text", (text) => {
    expect(parts(text).map(([kind]) => kind)).toEqual(["text"]);
  });

  it("end an address at what can't be seen", () => {
    expect(parts("https://example.com/\u202egnp.exe")).toEqual([
      ["link", "https://example.com/"],
      ["text", "\u202egnp.exe"],
    ]);
  });

  it.each([
    ["marks", "`a` "],
    ["fences", "```\na\n```\n"],
    ["addresses", "https://a.example/ "],
    ["broken addresses", "https://a@b "],
    ["open marks", "`\n"],
    ["brackets", "https://a.example/)))) "],
  ])("stay few and soon found in a million characters of %s", (_, piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    const begin = performance.now();

    const found = partsOf(text);

    expect(found.length).toBeLessThan(1_000);
    expect(found.at(-1)?.end).toBeGreaterThan(text.length - piece.length);
    expect(performance.now() - begin).toBeLessThan(1_000);
  });
});

describe("an address", () => {
  it("is shown with a host that can't be mistaken", () => {
    const url = destination("https://аpple.com/\u202e?q=é");

    expect(url?.href).toBe("https://xn--pple-43d.com/%E2%80%AE?q=%C3%A9");
    expect(url && isEncoded(url)).toBe(true);
    expect(isEncoded(new URL("https://example.com/xn--"))).toBe(false);
  });

  it("keeps brackets it opens itself", () => {
    expect(trimmed("https://a.example/x_(y)")).toBe("https://a.example/x_(y)");
    expect(trimmed("https://a.example/x)).")).toBe("https://a.example/x");
  });
});

describe("what is hidden", () => {
  it.each([
    ["a\u202eb", "a⟨U+202E⟩b"],
    ["\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"],
    ["bell\u0007 and escape\u001b[31m", "bell⟨U+0007⟩ and escape⟨U+001B⟩[31m"],
    ["zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"],
    ["tag\u{e0041}", "tag⟨U+E0041⟩"],
    ["\u0000\u0000\u0000", "⟨U+0000⟩×3"],
  ])("is shown as a mark (%j)", (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it.each([
    "tab\tand\nline",
    "می\u200cخواهم",
    "👩\u200d🚀 and 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "か\u3099 葛\u{e0100} ❤\ufe0f",
    "100\u00a0km",
  ])("isn't what real words need (%j)", (text) => {
    expect(visible(text)).toBe(text);
  });

  it("is no carriage return before a line's end", () => {
    expect(visible("a\r\nb\rc")).toBe("a\nb⟨U+000D⟩c");
  });
});

describe("runs", () => {
  const text = "It is 8,849 metres high.";
  const whole = { start: 0, end: text.length };

  it("are one where nothing was cut or found", () => {
    expect(runsOf(text, whole, text.length, [])).toEqual([{ start: 0, text, unheard: false, found: null }]);
  });

  it("break where the sound did, and around what was found", () => {
    const found = { start: 6, end: 18 };

    expect(runsOf(text, whole, 12, [found]).map((run) => [run.text, run.unheard, run.found])).toEqual([
      ["It is ", false, null],
      ["8,849 ", false, found],
      ["metres", true, found],
      [" high.", true, null],
    ]);
  });

  it("stay within their part", () => {
    const runs = runsOf(text, { start: 6, end: 11 }, 0, [{ start: 0, end: 8 }]);

    expect(runs.map((run) => run.text)).toEqual(["8,", "849"]);
    expect(runs.every((run) => run.unheard)).toBe(true);
  });
});

describe("a long text", () => {
  it("is folded, one that is hardly longer isn't", () => {
    expect(folded("x".repeat(LONG))).toBe(LONG);
    expect(folded("x".repeat(LONG + 1))).toBeLessThan(LONG);
  });

  it("is folded within no word, and no character", () => {
    const words = "Some words. ".repeat(1_000);
    expect(words.charAt(folded(words))).toBe(" ");

    const emoji = `x${"👍".repeat(LONG)}`;
    expect(() => encodeURIComponent(emoji.slice(0, folded(emoji)))).not.toThrow();
  });
});
