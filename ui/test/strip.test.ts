// The window as a strip, and the keys of the window.

import { fireEvent, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";

import { messages } from "../src/i18n";
import { explain } from "../src/i18n/problems";
import { commandOf, keysOf, shortcuts } from "../src/shortcuts";
import { entry, problem, settings } from "./fakeBackend";
import { patches } from "./settingsWindow";
import { byId, open, settled, show } from "./window";

const desktop = settings().desktop;
const compact = settings({ desktop: { ...desktop, compact: true } });

describe("the strip", () => {
  it("is what the window becomes, and the window comes back from it", async () => {
    const backend = await open();

    await userEvent.click(screen.getByRole("button", { name: "Show as a small strip" }));
    await settled();
    expect(patches(backend)).toEqual([{ desktop: { ...desktop, compact: true } }]);
    expect(document.getElementById("transcript")).toBeNull();

    await userEvent.click(screen.getByRole("button", { name: "Show the whole window" }));
    await settled();
    expect(patches(backend)[1]).toEqual({ desktop: { ...desktop, compact: false } });
    byId("transcript");
  });

  it("shows the state in a word and a shape, and the last that was said", async () => {
    const backend = await open({
      settings: compact,
      phase: "speaking",
      transcript: [entry({ id: 1 }), entry({ id: 2, speaker: "model", text: "Mount Everest." })],
    });
    expect(screen.getByRole("status").textContent).toBe("Speaking");
    expect(document.querySelector('[data-mark="speaking"]')).not.toBeNull();
    expect(byId("last").textContent.trim()).toBe("Mount Everest.");

    await show(backend, { type: "entry", entry: entry({ id: 3, text: "" }) });
    expect(byId("last").textContent.trim()).toBe("Mount Everest.");

    await show(backend, { type: "problem", problem: problem() });
    expect(byId("last").textContent.trim()).toBe(explain(messages("en").problems, problem()).title);
  });

  it("talks, mutes and stops as the window does", async () => {
    const backend = await open({ settings: compact, phase: "speaking" });

    await fireEvent.pointerDown(byId("talk"), { button: 0, pointerId: 1 });
    await fireEvent.blur(window);
    await userEvent.click(byId("mute"));
    await userEvent.click(byId("stop"));
    await settled();

    expect(backend.calls).toEqual([["talk", "press"], ["talk", "release"], ["setMuted", true], ["stop"]]);
    expect(byId("mute").getAttribute("aria-pressed")).toBe("true");
  });

  it("is moved by its ground, but not by what can be pressed", async () => {
    await open({ settings: compact });

    expect(screen.getByRole("main").hasAttribute("data-tauri-drag-region")).toBe(true);
    for (const button of screen.getAllByRole("button")) {
      expect(button.hasAttribute("data-tauri-drag-region")).toBe(false);
    }
  });

  it("gives way to the introduction", async () => {
    await open({ settings: { ...compact, welcomed: false } });

    expect(document.getElementById("grow")).toBeNull();
  });

  it.each(["{Control>},{/Control}", "?"])("gives way to what doesn't fit into it (%s)", async (keys) => {
    const backend = await open({ settings: compact });

    await userEvent.keyboard(keys);
    await settled();

    expect(patches(backend)).toEqual([{ desktop: { ...desktop, compact: false } }]);
    screen.getByRole("dialog");
  });
});

describe("the keys", () => {
  afterEach(() => {
    localStorage.clear();
  });

  it.each(["m", "{Control>}{Shift>}M{/Shift}{/Control}"])("%s mute and unmute", async (keys) => {
    const backend = await open();

    await userEvent.keyboard(keys);
    await settled();
    await userEvent.keyboard(keys);

    expect(backend.callsOf("setMuted")).toEqual([[true], [false]]);
  });

  it("are letters where one types", async () => {
    const backend = await open();

    await userEvent.type(byId("composer"), "my m?");

    expect(backend.calls).toEqual([]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("open the settings, also while one types", async () => {
    await open();
    byId("composer").focus();

    await userEvent.keyboard("{Control>},{/Control}");
    await settled();

    screen.getByRole("dialog", { name: "Settings" });
  });

  it("do nothing behind a dialog", async () => {
    const backend = await open();
    await userEvent.keyboard("?");
    await settled();

    await userEvent.keyboard("m");

    expect(backend.callsOf("setMuted")).toEqual([]);
  });

  it("are all in the list, with what they do", async () => {
    await open();

    await userEvent.keyboard("?");
    await settled();

    screen.getByRole("dialog", { name: "Keyboard shortcuts" });
    const rows = [...document.querySelectorAll("[data-command]")].map((row) =>
      [...row.querySelectorAll("kbd, dd")].map((part) => part.textContent).join(" "),
    );
    expect(rows).toHaveLength(shortcuts.length);
    expect(rows).toContain("Ctrl Shift M Mute or unmute");
    expect(rows).toContain("Esc Stop the answer, or close what is open");

    await userEvent.keyboard("{Escape}");
    await settled();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("can do without single ones", async () => {
    const backend = await open();
    await userEvent.click(byId("shortcuts"));
    await userEvent.click(screen.getByRole("checkbox", { name: "Single keys work, too" }));
    await settled();
    expect(document.querySelector('[data-command="muteSingle"]')).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Close the list" }));
    await settled();

    await userEvent.keyboard("m?");
    expect(backend.callsOf("setMuted")).toEqual([]);
    expect(screen.queryByRole("dialog")).toBeNull();

    await userEvent.keyboard("{Control>}/{/Control}");
    await settled();
    screen.getByRole("dialog", { name: "Keyboard shortcuts" });
  });

  it("are left to whoever takes them first, repeats them or writes Japanese with them", () => {
    const taken = new KeyboardEvent("keydown", { key: "Escape", cancelable: true });
    taken.preventDefault();

    expect(commandOf(taken, true)).toBeNull();
    expect(commandOf(new KeyboardEvent("keydown", { key: "m", repeat: true }), true)).toBeNull();
    expect(commandOf(new KeyboardEvent("keydown", { key: "m", isComposing: true }), true)).toBeNull();
    expect(commandOf(new KeyboardEvent("keydown", { key: "m", altKey: true }), true)).toBeNull();
    expect(commandOf(new KeyboardEvent("keydown", { key: "m", ctrlKey: true }), true)).toBeNull();
    expect(commandOf(new KeyboardEvent("keydown", { key: "?", shiftKey: true }), true)).toBe("shortcuts");
    expect(commandOf(new KeyboardEvent("keydown", { key: ",", metaKey: true }), true)).toBe("settings");
  });

  it("are written as the keyboard has them", () => {
    expect(keysOf({ keys: ["Mod", "Shift", "M"] }, false)).toEqual(["Ctrl", "Shift", "M"]);
    expect(keysOf({ keys: ["Mod", "Shift", "M"] }, true)).toEqual(["⌘", "⇧", "M"]);
  });
});
