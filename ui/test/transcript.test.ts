import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { entry, settings } from "./fakeBackend";
import { byId, open, settled, show } from "./window";

const question = entry({ id: 1, text: "How high is it?" });
const answer = entry({ id: 2, speaker: "model", text: "It is 8,849 metres high." });
const notice = entry({ id: 9, speaker: "notice", text: "", note: "historyKept" });
const streaming = { ...answer, text: "It is", final: false };

const log = () => screen.getByRole("log", { name: "Conversation" });
const entries = () => [...log().querySelectorAll<HTMLElement>("[data-speaker]")];
const entryAt = (place: number) => {
  const found = entries()[place];
  if (found === undefined) throw new Error(`There is no entry at ${String(place)}`);
  return found;
};
const spoken = () => document.querySelector("[aria-live=polite]:not([role])")?.textContent;

/** Everything the live region has said since, with repetitions. */
function listen(): string[] {
  const region = document.querySelector("[aria-live=polite]:not([role])");
  if (region === null) throw new Error("There is no live region");
  const said: string[] = [];
  new MutationObserver(() => said.push(region.textContent)).observe(region, {
    childList: true,
    characterData: true,
    subtree: true,
  });
  return said;
}

describe("the transcript", () => {
  it("invites to talk while it is empty", async () => {
    await open();

    within(log()).getByRole("heading", { name: "Say something" });
    expect(within(log()).queryAllByRole("listitem")).toEqual([]);
  });

  it("is a log, with both sides in order", async () => {
    await open({ settings: settings({ service: "gemini" }), transcript: [question, answer] });

    expect(log()).toBe(byId("transcript"));
    expect(within(log()).getAllByRole("listitem")).toHaveLength(2);
    expect(entries().map((item) => item.dataset["speaker"])).toEqual(["user", "model"]);
    within(entryAt(0)).getByText("You");
    within(entryAt(0)).getByText("How high is it?");
    within(entryAt(1)).getByText("Gemini");
    within(entryAt(1)).getByText("It is 8,849 metres high.");
  });

  it("calls the other side a guide in the rehearsal", async () => {
    await open({ transcript: [answer] });

    within(entryAt(0)).getByText("Guide");
  });

  it("grows word by word", async () => {
    const backend = await open({ transcript: [question] });

    await show(backend, { type: "entry", entry: streaming });
    await show(
      backend,
      { type: "append", id: 2, text: " 8,849", thought: false },
      { type: "append", id: 2, text: " metres", thought: false },
    );

    within(entryAt(1)).getByText("It is 8,849 metres");
    expect(entries()).toHaveLength(2);
  });

  it("holds the place of words that are still to come", async () => {
    const backend = await open();

    await show(backend, { type: "entry", entry: { ...question, text: "", final: false } });
    within(entryAt(0)).getByText("…");

    await show(backend, { type: "append", id: 1, text: "How", thought: false });
    expect(within(entryAt(0)).queryByText("…")).toBeNull();
  });

  it.each([
    ["spoken words that are written down later", { ...question, text: "" }, "…"],
    ["words that never come", { ...question, text: "", note: "connectionLost" as const }, null],
    ["an answer without a word", { ...answer, text: "" }, null],
  ])("knows %s", async (_, entry, dots) => {
    await open({ transcript: [entry] });

    expect(within(entryAt(0)).queryByText("…")?.textContent ?? null).toBe(dots);
  });

  it("marks an answer that was cut, and that one alone", async () => {
    const backend = await open({ transcript: [question, answer] });
    expect(screen.queryByText("Interrupted")).toBeNull();

    await show(backend, { type: "entry", entry: { ...answer, interrupted: true } });

    within(entryAt(1)).getByText("Interrupted");
    expect(within(entryAt(0)).queryByText("Interrupted")).toBeNull();
  });

  it.each([
    ["noTranscript", "No transcript for this turn"],
    ["nothingHeard", "Nothing was heard"],
    ["connectionLost", "The connection ended here"],
    ["noAnswer", "No answer came"],
  ] as const)("says %s in words", async (note, words) => {
    await open({ transcript: [{ ...question, text: "", note }] });

    within(entryAt(0)).getByText(words);
  });

  it.each([
    ["historyKept", "Connected anew; the model was told what was said."],
    ["historyShortened", "Connected anew; the model was told the newest part."],
    ["historyLost", "Connected anew; the model has forgotten what was said."],
  ] as const)("says %s in a line that is nobody's", async (note, words) => {
    await open({ transcript: [question, { ...notice, note }, answer] });

    expect(entryAt(1).textContent.trim()).toBe(words);
    expect(entryAt(1).dataset["speaker"]).toBe("notice");
  });

  it("shows markup in what was said as the text it is", async () => {
    const text =
      '<img src=x onerror="document.title=1"> <b>bold</b> &amp; **stars** [link](https://example.com)';

    await open({ transcript: [{ ...answer, text }] });

    expect(entryAt(0).querySelector(".words")?.textContent).toBe(text);
    expect(log().querySelector("img, b, strong, a")).toBeNull();
  });

  it("is empty once it is cleared", async () => {
    const backend = await open({ transcript: [question, answer] });

    await userEvent.click(screen.getByRole("button", { name: "Clear the conversation" }));
    await settled();

    expect(backend.calls).toEqual([["clearTranscript"]]);
    expect(within(log()).queryAllByRole("listitem")).toEqual([]);
    expect(screen.queryByRole("button", { name: "Clear the conversation" })).toBeNull();
  });
});

describe("a thought", () => {
  const pondering = { ...streaming, text: "", thought: "**Looking it up**\nThe user asks for a height." };
  const fold = (place = 0) => within(entryAt(place)).getByRole<HTMLDetailsElement>("group");

  it("is folded, and told from the answer", async () => {
    await open({ transcript: [{ ...answer, thought: "A mountain, then." }] });

    expect(fold().open).toBe(false);
    expect(fold().querySelector("summary")?.textContent.trim()).toBe("Thought for a moment");
    expect(entryAt(0).querySelector(".words")?.textContent).toBe("It is 8,849 metres high.");
  });

  it("is opened by keyboard, and stays open while it goes on", async () => {
    const backend = await open({ transcript: [pondering] });

    fold().querySelector("summary")?.focus();
    expect(document.activeElement).toBe(fold().querySelector("summary"));
    fold().open = true;
    await show(
      backend,
      { type: "append", id: 2, text: "\nSo it is Everest.", thought: true },
      { type: "append", id: 2, text: "It is", thought: false },
    );

    expect(fold().open).toBe(true);
    within(fold()).getByText("So it is Everest.");
    within(entryAt(0)).getByText("It is");
  });

  it("is going on until there are words", async () => {
    const backend = await open({ transcript: [pondering] });
    within(entryAt(0)).getByText("Thinking…");
    expect(within(entryAt(0)).queryByText("…")).toBeNull();

    await show(backend, { type: "append", id: 2, text: "It is", thought: false });

    within(entryAt(0)).getByText("Thought for a moment");
  });

  it("has headings as the service marks them, and no other markup", async () => {
    const thought = "**Looking it up**\nA **bold** <b>claim</b>";
    await open({ transcript: [{ ...answer, thought }] });

    expect(fold().querySelector(".heading")?.textContent).toBe("Looking it up");
    within(fold()).getByText("A **bold** <b>claim</b>");
    expect(fold().querySelector("b")).toBeNull();
  });

  it("is not there where nothing was thought", async () => {
    await open({ transcript: [answer] });

    expect(entryAt(0).querySelector("details")).toBeNull();
  });
});

describe("a screen reader", () => {
  it("hears the answer, and never the thoughts", async () => {
    const backend = await open();
    const said = listen();

    await show(backend, { type: "entry", entry: { ...streaming, text: "", thought: "Hm." } });
    await show(backend, { type: "append", id: 2, text: " A mountain.", thought: true });
    await show(backend, { type: "entry", entry: { ...answer, thought: "Hm. A mountain." } });

    await show(backend, { type: "entry", entry: { ...answer, id: 8, text: "", thought: "Hm." } });

    expect(said).toEqual(["Guide: It is 8,849 metres high."]);
  });

  it("hears what happened to the conversation", async () => {
    const backend = await open();
    const said = listen();

    await show(backend, { type: "entry", entry: notice });

    expect(said).toEqual(["Connected anew; the model was told what was said."]);
  });

  it("hears nothing of words that still stream", async () => {
    const backend = await open();
    const said = listen();

    await show(backend, { type: "entry", entry: streaming });
    await show(backend, { type: "append", id: 2, text: " 8,849", thought: false });
    await show(backend, { type: "append", id: 2, text: " metres", thought: false });

    expect(said).toEqual([]);
    expect(log().getAttribute("aria-live")).toBe("off");
  });

  it("hears a finished turn once, with who said it", async () => {
    const backend = await open();
    await show(backend, { type: "entry", entry: streaming });
    const said = listen();

    await show(backend, { type: "entry", entry: answer });
    await show(backend, { type: "levels", input: -20, output: -20 });
    await show(backend, { type: "entry", entry: { ...answer, interrupted: true } });

    expect(said).toEqual(["Guide: It is 8,849 metres high."]);
  });

  it("does not hear what was finished before the window opened", async () => {
    const backend = await open({ transcript: [question, answer] });
    expect(spoken()?.trim()).toBe("");
    const said = listen();

    await show(backend, { type: "entry", entry: entry({ id: 3, text: "And how old?" }) });

    expect(said).toEqual(["You: And how old?"]);
  });

  it("hears both sides of turns that finish together", async () => {
    const backend = await open();

    await show(backend, { type: "entry", entry: question }, { type: "entry", entry: answer });

    expect(spoken()).toContain("You: How high is it?");
    expect(spoken()).toContain("Guide: It is 8,849 metres high.");
  });

  it("does not hear the old turns again with every new one", async () => {
    const backend = await open();
    await show(backend, { type: "entry", entry: question });

    await show(backend, { type: "entry", entry: answer });

    expect(spoken()).toBe("Guide: It is 8,849 metres high.");
  });

  it("hears the same words again when they are said again", async () => {
    const backend = await open();
    const said = listen();

    await show(backend, { type: "entry", entry: { ...question, id: 1, text: "Yes." } });
    await show(backend, { type: "entry", entry: { ...question, id: 3, text: "Yes." } });

    expect(said.filter((text) => text.includes("Yes."))).toHaveLength(2);
  });
});

describe("reading back", () => {
  /** Puts the log at a place, as a reader would; nothing has a size here otherwise. */
  async function scrollTo(top: number): Promise<void> {
    const sizes = { scrollHeight: 1000, clientHeight: 300 };
    for (const [name, value] of Object.entries(sizes)) {
      Object.defineProperty(log(), name, { value, configurable: true });
    }
    log().scrollTop = 700;
    log().dispatchEvent(new Event("scroll"));
    await settled();
    log().scrollTop = top;
    log().dispatchEvent(new Event("scroll"));
    await settled();
  }

  it("stays at the end when the window's size moves it", async () => {
    await open({ transcript: [question] });
    await scrollTo(690);

    Object.defineProperty(log(), "clientHeight", { value: 200, configurable: true });
    log().scrollTop = 6;
    log().dispatchEvent(new Event("scroll"));
    await settled();

    expect(screen.queryByRole("button", { name: "Latest" })).toBeNull();
  });

  it("stays where the reader is when new words come, and offers the way to the end", async () => {
    const backend = await open({ transcript: [question] });
    await scrollTo(100);

    await show(backend, { type: "entry", entry: answer });
    expect(log().scrollTop).toBe(100);

    await userEvent.click(screen.getByRole("button", { name: "New words" }));
    await settled();
    expect(log().scrollTop).toBe(1000);
    expect(screen.queryByRole("button", { name: "New words" })).toBeNull();
  });

  it("offers the way to the end before anything new was said", async () => {
    await open({ transcript: [question] });
    expect(screen.queryByRole("button", { name: "Latest" })).toBeNull();

    await scrollTo(100);

    screen.getByRole("button", { name: "Latest" });
  });

  it("follows the newest words from the end", async () => {
    const backend = await open({ transcript: [question] });
    await scrollTo(690);

    await show(backend, { type: "entry", entry: answer });

    expect(log().scrollTop).toBe(1000);
    expect(screen.queryByRole("button", { name: "Latest" })).toBeNull();
  });
});
