// The conversation as it is shown: what was not heard, addresses, code, hostile and huge texts, copying, days, other directions.

import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { LONG } from "../src/transcript/runs";
import { entry, settings } from "./fakeBackend";
import { byId, open, settled, show, violations } from "./window";

const answer = entry({ id: 2, speaker: "model", text: "It is 8,849 metres high." });
const log = () => byId("transcript");
const words = (place = 0) => {
  const found = log().querySelectorAll<HTMLElement>(".words")[place];
  if (found === undefined) throw new Error(`There are no words at ${String(place)}`);
  return found;
};

describe("an answer that was cut", () => {
  it("tells what was heard from what wasn't, in words and by a line through it", async () => {
    await open({ transcript: [{ ...answer, interrupted: true, heardChars: 12 }] });

    expect(words().textContent).toBe("It is 8,849 Not heardmetres high.");
    expect([...words().querySelectorAll("s")].map((part) => part.textContent)).toEqual(["metres high."]);
    expect(words().querySelectorAll(".cut")).toHaveLength(1);
    expect(await violations()).toEqual([]);
  });

  it("may not have been heard at all", async () => {
    await open({ transcript: [{ ...answer, heardChars: 0 }] });

    expect(words().textContent).toBe("Not heardIt is 8,849 metres high.");
  });

  it("has no mark where all of it was heard", async () => {
    await open({ transcript: [answer, { ...answer, id: 3, heardChars: answer.text.length }] });

    expect(log().querySelector("s, .cut")).toBeNull();
  });

  it("says so once, wherever the sound broke off", async () => {
    const text = "Run `git log` or see https://example.com/ and\n```\none\ntwo\n```\nthen stop.";
    for (let heardChars = 0; heardChars < text.length; heardChars += 1) {
      const backend = await open({ transcript: [{ ...answer, text, heardChars }] });
      expect(words().querySelectorAll(".cut"), String(heardChars)).toHaveLength(1);
      document.body.replaceChildren();
      expect(backend.calls).toEqual([]);
    }
  });

  it("gets its mark while it is shown, and late words are behind it", async () => {
    const backend = await open({ transcript: [answer] });

    await show(backend, { type: "entry", entry: { ...answer, heardChars: 12 } });
    await show(backend, { type: "append", id: 2, text: " Truly.", thought: false });

    expect(words().querySelector("s")?.textContent).toBe("metres high. Truly.");
  });
});

describe("hostile texts", () => {
  const attacks = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<iframe srcdoc='<script>1</script>'></iframe><svg onload=alert(1)>",
    "{@html '<b>x</b>'} {{constructor.constructor('alert(1)')()}} ${alert(1)}",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example>",
    "</div></li></ol></section><h1>Vivavoce has stopped</h1>",
    "`<b>code</b>` and\n```html\n<script>alert(1)</script>\n```",
    "<style>*{display:none}</style><link rel=stylesheet href=//evil.example>",
  ];

  it.each(attacks)("are shown as the text they are (%s)", async (text) => {
    await open({ transcript: [{ ...answer, text, thought: text }, entry({ id: 3, text })] });

    const unmarked = text.replaceAll(/```html\n|\n```$|`/g, "");
    expect(words(0).textContent).toBe(unmarked);
    expect(words(1).textContent).toBe(unmarked);
    expect(
      document.querySelector(
        "script, img, iframe, style:not(head *), b, a, h1 ~ h1, #transcript svg:not(.lucide)",
      ),
    ).toBeNull();
    expect(document.title).not.toBe("owned");
  });

  it("hide nothing, and turn nothing around", async () => {
    const text = "Pay \u202e001$\u202c now\u200b\u0000\u{e0041}";
    await open({ transcript: [{ ...answer, text, thought: text }] });

    const shown = "Pay ⟨U+202E⟩001$⟨U+202C⟩ now⟨U+200B⟩⟨U+0000⟩⟨U+E0041⟩";
    expect(words().textContent).toBe(shown);
    expect(words().getAttribute("dir")).toBe("auto");
    expect(log().querySelector(".thought p")?.textContent).toBe(shown);
  });

  it("are announced with nothing hidden, and not without end", async () => {
    const backend = await open();
    await show(backend, { type: "entry", entry: { ...answer, text: `a\u202eb ${"x ".repeat(500_000)}` } });

    const said = document.querySelector("[aria-live=polite]:not([role])")?.textContent ?? "";
    expect(said).toContain("Guide: a⟨U+202E⟩b");
    expect(said.length).toBeLessThan(LONG);
  });

  it.each([
    ["words", "word "],
    ["one word", "x"],
    ["code", "`a` "],
    ["addresses", "https://a.example "],
    ["hidden characters", "a\u202e"],
    ["lines", "\n"],
  ])("of a million characters of %s are folded, and shown whole only when asked", async (_, piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    const begin = performance.now();
    await open({ transcript: [{ ...answer, text, thought: text }] });
    expect(performance.now() - begin).toBeLessThan(1_500);
    expect(log().textContent.length).toBeLessThan(100_000);
    expect(log().querySelectorAll("*").length).toBeLessThan(6_000);

    const [button] = screen
      .getAllByRole("button", { name: /^Show all/ })
      .filter((one) => one.closest("details") === null);
    expect(button?.textContent).toMatch(/Show all (1,000,000|999,\d+) characters/);
    if (piece !== "word ") return;
    button?.click();
    await settled();
    expect(words().textContent).toBe(text);
  });
});

describe("an address", () => {
  const text = "See https://аpple.com/a\u0301?x=1 or (http://plain.example/path).";

  it("is a link that leads nowhere by itself", async () => {
    const backend = await open({ transcript: [{ ...answer, text }] });

    const links = within(log()).getAllByRole("link");
    expect(links.map((link) => link.textContent)).toEqual([
      "https://аpple.com/a\u0301?x=1",
      "http://plain.example/path",
    ]);
    expect(log().querySelector("[href], [onclick]")).toBeNull();
    expect(words().textContent).toBe(text);
    expect(backend.calls).toEqual([]);
  });

  it("shows first where it leads, then is opened in the browser", async () => {
    const backend = await open({ transcript: [{ ...answer, text }] });
    await userEvent.click(within(log()).getAllByRole("link")[0] as HTMLElement);

    const dialog = screen.getByRole("dialog", { name: "Open this address?" });
    expect(dialog.querySelector(".host")?.textContent).toBe("xn--pple-43d.com");
    within(dialog).getByText(/letters that can look like others/);
    within(dialog).getByText("https://xn--pple-43d.com/a%CC%81?x=1");
    expect(backend.calls).toEqual([]);
    expect(await violations()).toEqual([]);

    await userEvent.click(within(dialog).getByRole("button", { name: "Open in browser" }));
    await settled();
    expect(backend.calls).toEqual([["openLink", "https://xn--pple-43d.com/a%CC%81?x=1"]]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("can be left unopened by Esc", async () => {
    const backend = await open({ transcript: [{ ...answer, text }], phase: "speaking" });
    await userEvent.click(within(log()).getAllByRole("link")[1] as HTMLElement);
    expect(screen.getByRole("dialog").textContent).not.toContain("look like others");

    await userEvent.keyboard("{Escape}");
    await settled();

    expect(screen.queryByRole("dialog")).toBeNull();
    expect(backend.calls).toEqual([]);
  });

  it("says when no browser could be opened", async () => {
    const backend = await open({ transcript: [{ ...answer, text }] });
    backend.refuse("openLink", { code: "invalid", field: "url", detail: "no browser" });
    await userEvent.click(within(log()).getAllByRole("link")[1] as HTMLElement);

    await userEvent.click(screen.getByRole("button", { name: "Open in browser" }));
    await settled();

    expect(within(screen.getByRole("dialog")).getByRole("status").textContent).toMatch(/could not be opened/);
  });
});

describe("copying", () => {
  const day = new Date(2026, 0, 5, 9, 30).getTime();
  const transcript = [
    entry({ id: 1, text: "How high is it?", startedAt: day }),
    entry({ ...answer, interrupted: true, heardChars: 12, startedAt: day + 60_000 }),
    entry({ id: 3, speaker: "notice", text: "", note: "historyKept", startedAt: day + 90_000 }),
    entry({ id: 4, text: "", note: "nothingHeard", startedAt: day + 86_400_000 }),
  ];
  const date = (moment: number) => new Intl.DateTimeFormat("en-GB", { dateStyle: "full" }).format(moment);
  let copied: string[];

  beforeEach(() => {
    copied = [];
    vi.stubGlobal("navigator", Object.create(navigator, { language: { value: "en-GB" } }));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    Reflect.deleteProperty(document, "execCommand");
  });

  function withClipboard(): void {
    const writeText = (text: string) => Promise.resolve(void copied.push(text));
    Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
  }

  /** A web view that only copies what is selected. */
  function withSelectionOnly(works: boolean): void {
    Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
    Object.defineProperty(document, "execCommand", {
      value: () => {
        copied.push((document.activeElement as HTMLTextAreaElement).value);
        return works;
      },
      configurable: true,
    });
  }

  const told = () => [...document.querySelectorAll(".told")].map((part) => part.textContent).join("");
  const copy = (place: number) =>
    userEvent.click(screen.getAllByRole("button", { name: "Copy what was said" })[place] as HTMLElement);

  it("gives one turn, with who said it and when, and what wasn't heard told apart", async () => {
    await open({ transcript });
    withClipboard();
    await copy(0);
    await copy(1);
    await settled();

    expect(copied).toEqual([
      "You (09:30)\nHow high is it?",
      "Guide (09:31)\nIt is 8,849 [Not heard: metres high.]",
    ]);
    expect(told()).toBe("Copied");
  });

  it("gives all of it, with its days", async () => {
    await open({ transcript });
    withClipboard();
    await userEvent.click(screen.getByRole("button", { name: "Copy the conversation" }));

    expect(copied).toEqual([
      [
        date(day),
        "You (09:30)\nHow high is it?",
        "Guide (09:31)\nIt is 8,849 [Not heard: metres high.]",
        "— Connected anew; the model was told what was said.",
        date(day + 86_400_000),
        "You (09:30)\nNothing was heard\n",
      ].join("\n\n"),
    ]);
  });

  it("works without a clipboard of its own, and gives the focus back", async () => {
    await open({ transcript });
    withSelectionOnly(true);
    byId("composer").focus();
    await copy(0);
    await settled();

    expect(copied).toEqual(["You (09:30)\nHow high is it?"]);
    expect(told()).toBe("Copied");
    expect(document.querySelectorAll("textarea")).toHaveLength(1);
    expect(document.activeElement).toBe(byId("composer"));
  });

  it("says when it didn't work", async () => {
    await open({ transcript });
    withSelectionOnly(false);
    await copy(0);
    await settled();

    expect(told()).toMatch(/could not be copied/);
  });

  it("is reached by Tab once, and by arrows from turn to turn", async () => {
    await open({ transcript });
    const buttons = screen.getAllByRole("button", { name: "Copy what was said" });
    expect(buttons.map((button) => button.tabIndex)).toEqual([-1, 0]);

    buttons[1]?.focus();
    await userEvent.keyboard("{ArrowUp}");
    expect(document.activeElement).toBe(buttons[0]);
    await userEvent.keyboard("{ArrowUp}");
    expect(document.activeElement).toBe(buttons[0]);
    await userEvent.keyboard("{ArrowDown}");
    expect(document.activeElement).toBe(buttons[1]);
  });
});

describe("days", () => {
  const now = new Date(2026, 10, 22, 12, 4).getTime();
  const days = () => [...log().querySelectorAll(".day")].map((day) => day.textContent);
  const at = (id: number, ...date: [number, number, number, number]) =>
    entry({ id, startedAt: new Date(...date).getTime() });

  beforeEach(() => {
    vi.useFakeTimers({ now, toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("aren't named in a conversation of today", async () => {
    await open({ transcript: [at(1, 2026, 10, 22, 9), at(2, 2026, 10, 22, 10)] });

    expect(days()).toEqual([]);
  });

  it("stand where they change", async () => {
    const transcript = [
      at(1, 2025, 11, 31, 9),
      at(2, 2026, 10, 21, 9),
      at(3, 2026, 10, 21, 23),
      at(4, 2026, 10, 22, 0),
    ];
    await open({ transcript });

    expect(days()).toEqual(["Wednesday, December 31, 2025", "Yesterday", "Today"]);
  });

  it("are named in the user's language", async () => {
    const transcript = [at(1, 2025, 11, 31, 9), at(2, 2026, 10, 21, 9), at(3, 2026, 10, 22, 9)];
    await open({ settings: settings({ language: "ja" }), transcript });

    expect(days()).toEqual(["2025年12月31日水曜日", "昨日", "今日"]);
  });
});

describe("other directions", () => {
  afterEach(() => {
    document.documentElement.removeAttribute("dir");
  });

  it("are each text's own, in a window that is read from the right", async () => {
    document.documentElement.dir = "rtl";
    const arabic = "ما هو أعلى جبل؟ انظر https://example.com/ و `git log`";
    await open({ transcript: [entry({ text: arabic, thought: arabic }), answer] });

    expect(words(0).textContent).toBe(arabic.replaceAll("`", ""));
    expect([...log().querySelectorAll(".words, .thought p")].map((part) => part.getAttribute("dir"))).toEqual(
      ["auto", "auto", "auto"],
    );
    expect(log().querySelector("code")?.dir).toBe("ltr");
    expect(await violations()).toEqual([]);
  });
});
