import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { find, fold, MOST_MATCHES, rangesOf } from "../src/transcript/find";
import { entry, settings } from "./fakeBackend";
import { layOut } from "./layout";
import { byId, open, settled, show, violations } from "./window";

/** What of the text is found. */
const found = (text: string, query: string) =>
  rangesOf(text, fold(query)).map(({ start, end }) => text.slice(start, end));

describe("finding", () => {
  it.each([
    ["The Café and the CAFE", "cafe", ["Café", "CAFE"]],
    ["Cafe\u0301!", "café", ["Cafe\u0301"]],
    ["ｶﾀｶﾅとカタカナ", "カタカナ", ["ｶﾀｶﾅ", "カタカナ"]],
    ["カタカナ", "ｶﾀｶﾅ", ["カタカナ"]],
    ["ﾊﾟﾝとハﾟ", "パン", ["ﾊﾟﾝ"]],
    ["ＡＢＣ１２３", "abc123", ["ＡＢＣ１２３"]],
    ["がんばる", "か", []],
    ["STRASSE, Straße", "straße", ["STRASSE", "Straße"]],
    ["ΟΔΟΣ οδός", "οδος", ["ΟΔΟΣ", "οδός"]],
    ["㎏ und kg", "kg", ["㎏", "kg"]],
    ["한국어", "한국", ["한국"]],
    ["הַשָּׁלוֹם", "השלום", ["הַשָּׁלוֹם"]],
    ["👍🏽 good", "good", ["good"]],
    ["aaaa", "aa", ["aa", "aa"]],
    ["a.b", ".", ["."]],
    ["anything", "", []],
  ])("in %j for %j gives %j", (text, query, expected) => {
    expect(found(text, query)).toEqual(expected);
  });

  it("tells where in the conversation, in order", () => {
    const entries = [entry({ id: 4, text: "One two" }), entry({ id: 9, text: "Two, too: two" })];

    expect(find(entries, " two ")).toEqual([
      { place: 0, id: 4, start: 4, end: 7 },
      { place: 1, id: 9, start: 0, end: 3 },
      { place: 1, id: 9, start: 10, end: 13 },
    ]);
  });

  it("stops counting somewhere", () => {
    const text = "é ".repeat(MOST_MATCHES * 2);

    expect(find([entry({ text }), entry({ id: 2, text })], "e")).toHaveLength(MOST_MATCHES);
  });

  it("is quick in ten thousand turns", () => {
    const entries = Array.from({ length: 10_000 }, (_, id) =>
      entry({ id, text: `${String(id)} 今日はとてもいい天気ですね。Die Brücke über den Fluß ist schön.` }),
    );
    find(entries, "x");
    const begin = performance.now();

    expect(find(entries, "9999 今日")).toHaveLength(1);

    expect(performance.now() - begin).toBeLessThan(100);
  });
});

describe("the search", () => {
  const transcript = [
    entry({ id: 1, text: "Where is the café?" }),
    entry({ id: 2, speaker: "model", text: "The `cafe` is at https://cafe.example/menu." }),
    entry({ id: 3, text: "Thanks." }),
  ];
  const bar = () => screen.getByRole("search");
  const told = () => within(bar()).getByRole("status").textContent;
  const marks = () => [...document.querySelectorAll("#transcript mark")];
  const current = () => document.querySelector("#transcript mark.current")?.textContent;

  async function search(query: string, key = "{Control>}f{/Control}"): Promise<void> {
    await userEvent.keyboard(key);
    await userEvent.keyboard(query);
    await settled();
  }

  it("opens by key, marks what it finds and counts it", async () => {
    await open({ transcript });

    await search("cafe");

    expect(document.activeElement).toBe(byId("find"));
    expect(told()).toBe("1 of 3");
    expect(marks().map((mark) => mark.textContent)).toEqual(["café", "cafe", "cafe"]);
    expect(current()).toBe("café");
    expect(document.querySelector("[role=link]")?.textContent).toBe("https://cafe.example/menu");
    expect(await violations()).toEqual([]);
  });

  it("opens by its button, and by the Command key", async () => {
    await open({ transcript });
    await userEvent.click(screen.getByRole("button", { name: "Find in the conversation" }));
    expect(document.activeElement).toBe(byId("find"));

    await userEvent.keyboard("{Escape}");
    await userEvent.keyboard("{Meta>}f{/Meta}");
    expect(document.activeElement).toBe(byId("find"));
  });

  it("goes on and back, around the ends", async () => {
    await open({ transcript });
    await search("cafe");

    const seen: string[] = [];
    for (const keys of ["{Enter}", "{F3}", "{Enter}", "{Shift>}{Enter}{/Shift}", "{Shift>}{F3}{/Shift}"]) {
      await userEvent.keyboard(keys);
      await settled();
      seen.push(told());
    }
    await userEvent.click(screen.getByRole("button", { name: "Next" }));
    await userEvent.click(screen.getByRole("button", { name: "Previous" }));

    expect(seen).toEqual(["2 of 3", "3 of 3", "1 of 3", "3 of 3", "2 of 3"]);
    expect(told()).toBe("2 of 3");
    expect(document.querySelectorAll("mark.current")).toHaveLength(1);
  });

  it("says when there is nothing", async () => {
    await open({ transcript });
    await search("tea");

    expect(told()).toBe("Nothing found");
    expect(marks()).toEqual([]);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Next" }).disabled).toBe(true);
  });

  it("closes by Esc, cuts no answer, and gives the focus back", async () => {
    const backend = await open({ transcript, phase: "speaking" });
    byId("composer").focus();
    await search("cafe");

    await userEvent.keyboard("{Escape}");

    expect(screen.queryByRole("search")).toBeNull();
    expect(marks()).toEqual([]);
    expect(document.activeElement).toBe(byId("composer"));
    expect(backend.callsOf("stop")).toEqual([]);
  });

  it("doesn't talk when a space is typed", async () => {
    const backend = await open({ transcript });
    await search("is the");

    expect(told()).toBe("1 of 1");
    expect(backend.talks).toEqual([]);
  });

  it("finds words that are said meanwhile, and stays where it is", async () => {
    const backend = await open({ transcript });
    await search("cafe");
    await userEvent.keyboard("{Enter}");

    await show(backend, { type: "append", id: 3, text: " A nice café!", thought: false });

    expect(told()).toBe("2 of 4");
  });

  it("reaches turns that aren't drawn, and the folded end of long ones", async () => {
    layOut({ height: 600, of: () => 80 });
    const long = `${"words ".repeat(5_000)}needle`;
    const many = Array.from({ length: 500 }, (_, id) =>
      entry({ id: id + 1, text: `Turn ${String(id + 1)}` }),
    );
    await open({
      transcript: [...many.with(3, entry({ id: 4, text: long })), entry({ id: 900, text: "Needle" })],
    });

    await search("needle");
    expect(told()).toBe("2 of 2");
    expect(document.querySelector("[aria-posinset='4']")).toBeNull();
    await userEvent.keyboard("{Enter}");
    await settled();
    await settled();

    expect(told()).toBe("1 of 2");
    expect(document.querySelector("[aria-posinset='4'] mark.current")?.textContent).toBe("needle");
  });

  it("speaks Japanese", async () => {
    await open({ settings: settings({ language: "ja" }), transcript: [entry({ text: "ｶﾀｶﾅとカタカナ" })] });
    await search("カタカナ");

    expect(told()).toBe("2 件中 1 件目");
  });

  it("isn't there while there is nothing to search", async () => {
    await open();
    await userEvent.keyboard("{Control>}f{/Control}");

    expect(screen.queryByRole("search")).toBeNull();
    expect(screen.queryByRole("button", { name: "Find in the conversation" })).toBeNull();
  });
});
