// Recording a shortcut, and which of them belong to somebody else.

import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { flushSync, type ComponentProps } from "svelte";
import { describe, expect, it, vi } from "vitest";

import ShortcutField from "../src/components/settings/ShortcutField.svelte";
import { keyNames, refusalOf, shortcutOf, type Press } from "../src/shortcutRules";
import verdicts from "../../tests/shortcuts.json";
import InEnglish from "./InEnglish.svelte";
import { byId } from "./window";

const press = (key: string, code: string, held: Partial<Press> = {}): Press => ({
  key,
  code,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  ...held,
});

describe("the rules", () => {
  it.each(Object.entries(verdicts))("are those of the shell: %s", (verdict, shortcuts) => {
    for (const shortcut of shortcuts) expect(refusalOf(shortcut) ?? "allowed", shortcut).toBe(verdict);
  });
});

describe("a shortcut is written", () => {
  it.each([
    [press("v", "KeyV", { ctrlKey: true, altKey: true }), "Ctrl+Alt+V"],
    [press("V", "KeyV", { shiftKey: true, altKey: true }), "Alt+Shift+V"],
    [press("!", "Digit1", { ctrlKey: true, shiftKey: true }), "Ctrl+Shift+1"],
    [press("F9", "F9", { ctrlKey: true }), "Ctrl+F9"],
    [press(" ", "Space", { ctrlKey: true, shiftKey: true }), "Ctrl+Shift+Space"],
    [press("ArrowUp", "ArrowUp", { altKey: true, shiftKey: true }), "Alt+Shift+Up"],
    [press("Pause", "Pause"), "Pause"],
    [press("<", "Comma", { ctrlKey: true, altKey: true, metaKey: true }), "Ctrl+Alt+Super+,"],
  ])("with its modifiers first, in their order (%#)", (pressed, shortcut) => {
    expect(shortcutOf(pressed)).toEqual({ shortcut });
  });

  it("by the letter on the key, as another keyboard has it elsewhere", () => {
    expect(shortcutOf(press("a", "KeyQ", { ctrlKey: true, altKey: true }))).toEqual({
      shortcut: "Ctrl+Alt+A",
    });
  });

  it("by the key's place where the letter isn't Latin", () => {
    expect(shortcutOf(press("м", "KeyV", { ctrlKey: true, altKey: true }))).toEqual({
      shortcut: "Ctrl+Alt+V",
    });
  });
});

describe("a shortcut is refused", () => {
  it.each([
    ["V", "typesText"],
    ["Shift+V", "typesText"],
    ["Space", "typesText"],
    ["Enter", "needsModifier"],
    ["F5", "needsModifier"],
    ["Ctrl+C", "programs"],
    ["Ctrl+V", "programs"],
    ["Alt+F", "programs"],
    ["Ctrl+Shift+V", "programs"],
    ["Ctrl+Space", "inputMethod"],
    ["Shift+Space", "inputMethod"],
    ["Alt+`", "inputMethod"],
    ["Super+Space", "inputMethod"],
    ["Alt+Tab", "system"],
    ["Alt+F4", "system"],
    ["Super+L", "system"],
    ["Shift+Super+S", "system"],
    ["Ctrl+Alt+Delete", "system"],
    ["Ctrl+Alt+F1", "system"],
    ["Ctrl+Shift+Escape", "system"],
    ["PrintScreen", "system"],
  ])("%s: %s", (shortcut, reason) => {
    expect(refusalOf(shortcut)).toBe(reason);
  });

  it.each(["Ctrl+Alt+V", "Ctrl+Shift+Space", "Alt+Shift+V", "Ctrl+F9", "F13", "Pause", "Ctrl+Alt+Super+T"])(
    "but not %s",
    (shortcut) => {
      expect(refusalOf(shortcut)).toBeNull();
    },
  );

  it.each([
    press("Convert", "Convert"),
    press("Process", "KeyA", { ctrlKey: true, altKey: true }),
    press("v", "KeyV", { ctrlKey: true, altKey: true, isComposing: true }),
    press("Zenkaku", "Backquote", { altKey: true }),
  ])("while text is entered by an input method (%#)", (pressed) => {
    expect(shortcutOf(pressed)).toEqual({ refused: "inputMethod" });
  });

  it("where AltGr would type a character", () => {
    const altGr = press("@", "KeyQ", { ctrlKey: true, altKey: true, getModifierState: () => true });

    expect(shortcutOf(altGr)).toEqual({ refused: "typesText" });
  });

  it("where the key has no name", () => {
    expect(shortcutOf(press("Unidentified", "", { ctrlKey: true }))).toEqual({ refused: "unknownKey" });
  });
});

it("calls the keys as they are called on each system", () => {
  expect(keyNames("Ctrl+Alt+Super+V", "Linux x86_64")).toEqual(["Ctrl", "Alt", "Super", "V"]);
  expect(keyNames("Ctrl+Alt+Super+V", "Win32")).toEqual(["Ctrl", "Alt", "Win", "V"]);
  expect(keyNames("Ctrl+Alt+Super+V", "MacIntel")).toEqual(["Control", "Option", "Command", "V"]);
});

describe("the field for a shortcut", () => {
  /** Shows it; what it asks for is its value from then on. */
  function open(value: string | null = null, taken: string[] = []) {
    const asked = vi.fn<(value: string | null) => void>();
    const given = (shown: string | null): { of: typeof ShortcutField; given: Props } => ({
      of: ShortcutField,
      given: { id: "keys", label: "Talk from anywhere", value: shown, taken, onChange },
    });
    const onChange = (next: string | null) => {
      asked(next);
      void rerender(given(next));
    };
    const { rerender } = render(InEnglish<Props>, given(value));
    return asked;
  }
  type Props = ComponentProps<typeof ShortcutField>;

  const field = () => byId("keys");
  const said = () => screen.getByRole("status").textContent;

  it("has its name and its value in its name", () => {
    open("Ctrl+Alt+V");

    screen.getByRole("button", { name: /Talk from anywhere Ctrl ?Alt ?V/ });
  });

  it("takes the keys that are pressed once it was clicked", async () => {
    const asked = open();

    await userEvent.click(field());
    expect(field().textContent).toContain("Press the keys…");
    await userEvent.keyboard("{Control>}{Alt>}v{/Alt}{/Control}");

    expect(asked.mock.calls).toEqual([["Ctrl+Alt+V"]]);
    expect(field().textContent).not.toContain("Press the keys…");
    expect([...field().querySelectorAll("kbd")].map((key) => key.textContent)).toEqual(["Ctrl", "Alt", "V"]);
  });

  it("shows the modifiers that are held until the rest comes", async () => {
    open();

    await userEvent.click(field());
    await userEvent.keyboard("{Control>}{Shift>}");

    expect([...field().querySelectorAll("kbd")].map((key) => key.textContent)).toEqual(["Ctrl", "Shift"]);
  });

  it("takes nothing before it was clicked", async () => {
    const asked = open();

    field().focus();
    await userEvent.keyboard("{Control>}{Alt>}v{/Alt}{/Control}");

    expect(asked).not.toHaveBeenCalled();
  });

  it("can be used with the keyboard alone", async () => {
    const asked = open();

    await userEvent.tab();
    await userEvent.keyboard("{Enter}{Control>}{Alt>}v{/Alt}{/Control}");

    expect(asked.mock.calls).toEqual([["Ctrl+Alt+V"]]);
  });

  it("says why it refuses, and goes on waiting", async () => {
    const asked = open();

    await userEvent.click(field());
    await userEvent.keyboard("{Control>} {/Control}");
    expect(said()).toMatch(/switches how text is entered/);
    expect(asked).not.toHaveBeenCalled();
    await userEvent.keyboard("{Control>}{Alt>}v{/Alt}{/Control}");

    expect(said()).toBe("");
    expect(asked.mock.calls).toEqual([["Ctrl+Alt+V"]]);
  });

  it("refuses what something else here is called by", async () => {
    const asked = open(null, ["Ctrl+Alt+V"]);

    await userEvent.click(field());
    await userEvent.keyboard("{Control>}{Alt>}v{/Alt}{/Control}");

    expect(said()).toMatch(/already/);
    expect(asked).not.toHaveBeenCalled();
  });

  it.each(["{Escape}", "{Tab}"])("is as it was after %s", async (key) => {
    const asked = open("Ctrl+Alt+V");

    await userEvent.click(field());
    await userEvent.keyboard(key);

    expect(asked).not.toHaveBeenCalled();
    expect(field().textContent).not.toContain("Press the keys…");
  });

  it("keeps Esc from whatever is around it", async () => {
    open();
    const around = vi.fn();
    addEventListener("keydown", around);

    await userEvent.click(field());
    await userEvent.keyboard("{Escape}");

    expect(around).not.toHaveBeenCalled();
    removeEventListener("keydown", around);
  });

  it("is not left by Tab while Tab is asked for", async () => {
    open();

    await userEvent.click(field());
    field().dispatchEvent(
      new KeyboardEvent("keydown", {
        key: "Tab",
        code: "Tab",
        altKey: true,
        bubbles: true,
        cancelable: true,
      }),
    );
    flushSync();

    expect(said()).toMatch(/desktop keeps/);
  });

  it("forgets the shortcut by a key or by its button", async () => {
    const asked = open("Ctrl+Alt+V");

    await userEvent.click(field());
    await userEvent.keyboard("{Backspace}");
    expect(asked.mock.calls).toEqual([[null]]);
    expect(field().textContent.trim()).toBe("None");

    await userEvent.click(field());
    await userEvent.keyboard("{Control>}{Alt>}v{/Alt}{/Control}");
    await userEvent.click(screen.getByRole("button", { name: "Remove: Talk from anywhere" }));

    expect(asked.mock.lastCall).toEqual([null]);
    expect(document.activeElement).toBe(field());
  });
});
