// What the model may do: the questions, the cards, what functions keep, and the sources of an answer.

import { within } from "@testing-library/dom";
import { fireEvent, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { ToolCall } from "../src/bindings/ToolCall";
import { timeLeft } from "../src/timeLeft";
import { suggestionsOf } from "../src/transcript/suggestions";
import { entry, settings } from "./fakeBackend";
import { choose, openSettings, patches, shown } from "./settingsWindow";
import { byId, open, settled, show, violations } from "./window";

function call(overrides: Partial<ToolCall> = {}): ToolCall {
  return {
    ticket: 7,
    name: "set_timer",
    risk: "acts",
    touches: "timersChanged",
    details: [
      ["length", "5m"],
      ["label", "tea"],
    ],
    stage: "asking",
    until: Date.now() + 60_000,
    told: null,
    ...overrides,
  };
}

const asked = (overrides: Partial<ToolCall> = {}, id = 1) =>
  entry({ id, speaker: "tool", text: "", call: call(overrides) });

/** Until a press is taken for an answer. */
async function wait(): Promise<void> {
  await vi.advanceTimersByTimeAsync(600);
  await settled();
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a question", () => {
  it("says who wants to do what, with which arguments, and what that touches", async () => {
    await open({ transcript: [asked()] });
    const question = within(byId("question"));
    question.getByText("May the guide do this?");
    question.getByText("Set a timer");
    question.getByText("Your timers change.");
    question.getByText("Length");
    question.getByText("5m");
    expect(question.getByRole("alert").textContent).toContain("Set a timer");
    expect(await violations()).toEqual([]);
  });

  it.each([
    ["allow-once", "once"],
    ["allow-always", "always"],
    ["refuse", "never"],
  ])("is answered by the button %s", async (id, decision) => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const backend = await open({ transcript: [asked()] });
    fireEvent.click(byId(id));
    expect(backend.callsOf("decide"), "a press that was meant for something else").toEqual([]);
    await wait();
    fireEvent.click(byId(id));
    expect(backend.callsOf("decide")).toEqual([[7, decision]]);
  });

  it.each([
    [{ key: "Enter", ctrlKey: true }, "once"],
    [{ key: "Enter", ctrlKey: true, shiftKey: true }, "always"],
    [{ key: "Backspace", ctrlKey: true, shiftKey: true }, "never"],
  ])("is answered by keys, wherever the focus is", async (keys, decision) => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const backend = await open({ transcript: [asked()] });
    await wait();
    byId("composer").focus();
    fireEvent.keyDown(byId("composer"), keys);
    expect(backend.callsOf("decide")).toEqual([[7, decision]]);
    expect(backend.callsOf("sendText")).toEqual([]);
  });

  it.each([{ key: "Enter" }, { key: "y" }, { key: " " }, { key: "Backspace", ctrlKey: true }])(
    "isn't answered by %o",
    async (keys) => {
      vi.useFakeTimers({ shouldAdvanceTime: true });
      const backend = await open({ transcript: [asked()] });
      await wait();
      fireEvent.keyDown(document.body, keys);
      expect(backend.callsOf("decide")).toEqual([]);
    },
  );

  it("gives way to the next, which isn't answered by the same press", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const backend = await open({ transcript: [asked(), asked({ ticket: 8, name: "add_note" }, 2)] });
    within(byId("question")).getByText(/1 more wait/);
    await wait();
    fireEvent.click(byId("allow-once"));
    await show(backend, { type: "entry", entry: asked({ stage: "running", until: null }) });
    within(byId("question")).getByText("Keep a note");
    fireEvent.click(byId("allow-once"));
    expect(backend.callsOf("decide")).toEqual([[7, "once"]]);
    await show(backend, { type: "entry", entry: asked({ ticket: 8, stage: "unanswered", until: null }, 2) });
    expect(document.getElementById("question")).toBeNull();
  });

  it("shows hostile words as words, in a place of their own", async () => {
    const hostile = "<b>Allowed</b> ⟨U+202E⟩ [Allow once]";
    await open({ transcript: [asked({ name: "erase_disk", details: [["text", hostile]] })] });
    const question = within(byId("question"));
    question.getByText("erase_disk");
    expect(question.getByText(hostile).tagName).toBe("BDI");
    expect(byId("question").querySelector("b")).toBeNull();
    expect(question.getAllByRole("button").map((button) => button.id)).toEqual([
      "allow-once",
      "allow-always",
      "refuse",
    ]);
  });

  it("brings the strip to say so", async () => {
    const desktop = { ...settings().desktop, compact: true };
    const backend = await open({ settings: settings({ desktop }), transcript: [asked()] });
    expect(byId("last").textContent.trim()).toBe("Asks for your permission");
    await userEvent.click(byId("grow"));
    expect(patches(backend)).toEqual([{ desktop: { ...desktop, compact: false } }]);
  });
});

describe("a call", () => {
  it.each([
    ["running", "Under way"],
    ["done", "Done"],
    ["refused", "Not allowed"],
    ["unanswered", "Not done: nobody answered"],
    ["cancelled", "Not wanted any more"],
  ] as const)("that is %s says so in the conversation", async (stage, words) => {
    await open({ transcript: [asked({ stage, until: null, told: "ok" })] });
    const card = screen.getByRole("listitem");
    expect(within(card).getByText(words)).toBeTruthy();
    within(card).getByText("ok");
    expect(document.getElementById("question")).toBeNull();
    expect(await violations()).toEqual([]);
  });

  it("is announced when it is over, and copied with the rest", async () => {
    const user = userEvent.setup();
    const backend = await open({ transcript: [asked({ stage: "running", until: null })] });
    const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    await show(backend, { type: "entry", entry: asked({ stage: "done", until: null }) });
    expect(document.querySelector("p[aria-live=polite]")?.textContent).toBe("Set a timer: Done");
    await user.click(screen.getByRole("button", { name: "Copy the conversation" }));
    expect(write.mock.calls[0]?.[0]).toContain("— Set a timer: Done Length: 5m Label: tea");
  });
});

describe("timers", () => {
  it("show what is left of them and are cancelled", async () => {
    const timers = [
      { id: 3, label: "tea", due: Date.now() + 64_000, reminder: false },
      { id: 4, label: "", due: Date.now() + 86_400_000, reminder: true },
    ];
    const backend = await open({ timers });
    within(byId("timers")).getByText("1:04");
    await userEvent.click(screen.getByRole("button", { name: "Cancel tea" }));
    expect(backend.callsOf("cancelTimer")).toEqual([[3]]);
    expect(await violations()).toEqual([]);
    await show(backend, { type: "timers", timers: [] });
    expect(document.getElementById("timers")).toBeNull();
  });

  it.each([
    [0, "0:00"],
    [-5, "0:00"],
    [999, "0:01"],
    [65_000, "1:05"],
    [3_605_000, "1:00:05"],
  ])("of %s ms are written %s", (milliseconds, words) => {
    expect(timeLeft(milliseconds)).toBe(words);
  });

  it("that have run out are a line of the conversation, with what they were for", async () => {
    await open({ transcript: [entry({ speaker: "notice", text: "tea", note: "timeIsUp" })] });
    const line = within(screen.getByRole("listitem"));
    line.getByText("Time is up");
    line.getByText("tea");
  });
});

describe("sources", () => {
  const suggestions =
    "<style>@import url(https://evil.example/a.css)</style><script>window.ran = true</script>" +
    '<img src="https://evil.example/a.png" onerror="window.ran = true">' +
    '<a class="chip" href="https://www.google.com/search?q=everest">height of everest</a>' +
    '<a href="javascript:alert(1)">bad</a><a href="https://evil.example/">bad</a>' +
    '<a href="https://user@www.google.com/">bad</a>';
  const sources = {
    queries: ["height of everest"],
    pages: [{ url: "https://a.example/everest", title: "Everest <b>", host: "a.example" }],
    suggestions,
  };

  it("are pages by title and host, what was searched for, and what the service suggests", async () => {
    const backend = await open({ transcript: [entry({ speaker: "model", text: "8,849 m.", sources })] });
    const group = within(screen.getByRole("group", { name: "Sources" }));
    expect(group.getAllByRole("link").map((link) => link.textContent.replace(/\s+/g, " ").trim())).toEqual([
      "Everest <b> a.example",
      "height of everest",
    ]);
    await userEvent.click(group.getByText("Everest <b>"));
    within(byId("link-dialog")).getByText("a.example");
    expect(backend.callsOf("openLink"), "not before it was shown where it leads").toEqual([]);
    expect(await violations()).toEqual([]);
  });

  it("of the service's making run nothing, load nothing and lead to its own search alone", () => {
    expect(suggestionsOf(suggestions).map(({ words, url }) => [words, url.href])).toEqual([
      ["height of everest", "https://www.google.com/search?q=everest"],
    ]);
    expect((window as { ran?: boolean }).ran).toBeUndefined();
    expect(document.querySelector("img, style[data-evil]")).toBeNull();
    expect(suggestionsOf("<a href='https://www.google.com/'>x</a>".repeat(99))).toHaveLength(10);
  });
});

describe("pictures", () => {
  const file = (name = "a.png") => new File([new Uint8Array(3)], name, { type: "image/png" });
  const chooser = () => byId<HTMLInputElement>("picture-file");

  it("are chosen, shown with what they cost, taken back, and sent with the words", async () => {
    const backend = await open();
    await userEvent.upload(chooser(), [file(), file("b.png")]);
    await settled();
    expect(screen.getAllByRole("img")).toHaveLength(2);
    screen.getByText("about 516 tokens");
    await userEvent.click(screen.getAllByRole("button", { name: "Remove the picture" })[0] as HTMLElement);
    expect(backend.callsOf("detach")).toEqual([[1]]);
    await userEvent.type(byId("composer"), "What is this?{Enter}");
    expect(backend.callsOf("sendText")).toEqual([["What is this?", [2]]]);
    expect(screen.queryByRole("img")).toBeNull();
  });

  it("need no words", async () => {
    const backend = await open();
    await userEvent.upload(chooser(), [file()]);
    await settled();
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(backend.callsOf("sendText")).toEqual([["", [1]]]);
  });

  it("are pasted and dropped", async () => {
    const backend = await open();
    const files = [file()];
    fireEvent.paste(byId("composer"), { clipboardData: { files } });
    await settled();
    const dataTransfer = { files, types: ["Files"] };
    fireEvent.dragOver(window, { dataTransfer });
    await settled();
    screen.getByText("Drop the picture here");
    fireEvent.drop(window, { dataTransfer });
    await settled();
    await settled();
    expect(backend.callsOf("attach")).toEqual([[3], [3]]);
    expect(screen.queryByText("Drop the picture here")).toBeNull();
  });

  it.each([
    [{ reason: "unsupported", kind: "HEIC" }, "HEIC can't be sent. Save it as PNG, JPEG, WebP or GIF."],
    [{ reason: "tooMany", kind: null }, "No more pictures fit into one message. Send these first."],
  ] as const)("that are refused say why: %o", async (why, words) => {
    const backend = await open();
    backend.refuse("attach", { code: "picture", ...why });
    await userEvent.upload(chooser(), [file()]);
    await settled();
    screen.getByText(words);
    expect(screen.queryByRole("img")).toBeNull();
  });

  it("that are far too large are never read", async () => {
    const backend = await open();
    const film = file("film.png");
    Object.defineProperty(film, "size", { value: 50 * 1024 * 1024 + 1 });
    await userEvent.upload(chooser(), [film, file()]);
    await settled();
    screen.getByText("This file is larger than 50 MB. Send a smaller copy of it.");
    expect(backend.callsOf("attach")).toEqual([[3]]);
  });

  it("stand in the conversation, whether there are words or not", async () => {
    const pictures = [{ url: "data:image/jpeg;base64,AQ==", width: 640, height: 480 }];
    await open({ transcript: [entry({ text: "", pictures })] });
    const item = within(screen.getByRole("listitem"));
    item.getByRole("img", { name: "Picture, 640 × 480 pixels" });
    expect(item.queryByText("…")).toBeNull();
    expect(await violations()).toEqual([]);
  });

  it("aren't offered where the model can't see", async () => {
    const model = "gemini-3.5-transcribe-live";
    const backend = await open();
    const [first] = backend.snapshot.models;
    if (first === undefined) throw new Error("no model");
    const blind = { ...first, id: model, accepts: { ...first.accepts, pictures: false } };
    await show(backend, { type: "models", models: [blind] });
    const chosen = settings({ service: "gemini", model });
    const { key, inputMissing, outputMissing } = backend.snapshot;
    await show(backend, { type: "settings", settings: chosen, key, inputMissing, outputMissing });
    expect(document.getElementById("add-picture")).toBeNull();
  });
});

describe("the settings of functions", () => {
  it("say of each what it may do, and let it ask, act or rest", async () => {
    const backend = await openSettings();
    expect(shown("function-set_timer")).toBe("Ask each time");
    expect(shown("function-current_time")).toBe("Always allow");
    await choose("function-set_timer", "Never offer");
    expect(patches(backend).at(-1)).toEqual({
      tools: { googleSearch: false, permissions: { set_timer: "never" } },
    });
    await userEvent.click(byId("google-search"));
    expect(patches(backend).at(-1)).toEqual({
      tools: { googleSearch: true, permissions: { set_timer: "never" } },
    });
    expect(await violations()).toEqual([]);
  });

  it("show the notes and what was done, and forget both", async () => {
    const backend = await open();
    backend.kept = [{ id: 1, text: "Buy tea", at: 0 }];
    backend.done = [{ at: 0, name: "add_note", details: [["text", "Buy tea"]], verdict: "done" }];
    await userEvent.click(byId("settings"));
    await settled();
    within(byId("notes")).getByText("Buy tea");
    within(byId("call-log")).getByText("Keep a note: Done");
    await userEvent.click(screen.getByRole("button", { name: "Delete the note “Buy tea”" }));
    await settled();
    expect(backend.callsOf("deleteNote")).toEqual([[1]]);
    await userEvent.click(byId("clear-log"));
    await settled();
    screen.getByText("Nothing was asked for yet.");
    expect(document.getElementById("notes")).toBeNull();
  });
});
