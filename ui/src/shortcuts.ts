// Every key of the window: one table for what is done on a key and for the list that is shown.

import { isCovered, isTyping } from "./focus";

/** What a key does. */
export type Command =
  | "talk"
  | "talkFocused"
  | "stop"
  | "mute"
  | "muteSingle"
  | "send"
  | "newLine"
  | "find"
  | "allowOnce"
  | "allowAlways"
  | "refuse"
  | "settings"
  | "shortcuts"
  | "shortcutsSingle";

/** What the window itself does on a key; the rest belongs to the part that has the focus. */
export type WindowCommand =
  "stop" | "mute" | "find" | "allowOnce" | "allowAlways" | "refuse" | "settings" | "shortcuts";

interface Shortcut {
  command: Command;
  /** Names of the keys, in the order in which they are pressed. `Mod` is Ctrl, on a Mac ⌘. */
  keys: readonly string[];
  /** A bare letter or sign: speech control may hit it by accident, so it can be switched off. */
  single?: true;
}

export const shortcuts: readonly Shortcut[] = [
  { command: "talk", keys: ["Space"] },
  { command: "talkFocused", keys: ["Enter"] },
  { command: "stop", keys: ["Esc"] },
  { command: "mute", keys: ["Mod", "Shift", "M"] },
  { command: "muteSingle", keys: ["M"], single: true },
  { command: "send", keys: ["Enter"] },
  { command: "newLine", keys: ["Shift", "Enter"] },
  { command: "find", keys: ["Mod", "F"] },
  { command: "allowOnce", keys: ["Mod", "Enter"] },
  { command: "allowAlways", keys: ["Mod", "Shift", "Enter"] },
  { command: "refuse", keys: ["Mod", "Shift", "Backspace"] },
  { command: "settings", keys: ["Mod", ","] },
  { command: "shortcuts", keys: ["Mod", "/"] },
  { command: "shortcutsSingle", keys: ["?"], single: true },
];

/** These end in the same as the longer keys of the same name. */
const WINDOW: Partial<Record<Command, WindowCommand>> = {
  stop: "stop",
  mute: "mute",
  muteSingle: "mute",
  find: "find",
  allowOnce: "allowOnce",
  allowAlways: "allowAlways",
  refuse: "refuse",
  settings: "settings",
  shortcuts: "shortcuts",
  shortcutsSingle: "shortcuts",
};

/** What a key has the window do; null where it is for something else. `singles`: bare letters and signs count, too. */
export function commandOf(event: KeyboardEvent, singles: boolean): WindowCommand | null {
  if (event.defaultPrevented || event.isComposing || event.repeat || isCovered()) return null;
  const hit = shortcuts.find(
    ({ command, keys, single }) =>
      WINDOW[command] !== undefined &&
      matches(event, keys) &&
      (single === undefined || (singles && !isTyping(event.target))),
  );
  return hit === undefined ? null : (WINDOW[hit.command] ?? null);
}

function matches(event: KeyboardEvent, keys: readonly string[]): boolean {
  const key = keys.at(-1);
  if (event.altKey || (event.ctrlKey || event.metaKey) !== keys.includes("Mod")) return false;
  if (key === "Esc") return event.key === "Escape";
  // Signs lie behind Shift on some keyboards and not on others; letters and keys with a name don't.
  const isFixed = key !== undefined && /^[A-Z]/.test(key);
  if (isFixed && event.shiftKey !== keys.includes("Shift")) return false;
  return event.key.toUpperCase() === key?.toUpperCase();
}

/** The keys as they are written on this keyboard. */
export function keysOf({ keys }: Pick<Shortcut, "keys">, mac = isMac()): string[] {
  const symbols: Record<string, string> = mac ? { Mod: "⌘", Shift: "⇧" } : { Mod: "Ctrl" };
  return keys.map((key) => symbols[key] ?? key);
}

/** Whether the keyboard has ⌘. */
function isMac(): boolean {
  return navigator.userAgent.includes("Macintosh");
}

const MEMORY = "single-key-shortcuts";

/** Whether bare letters and signs are shortcuts: a matter of this window, remembered in it. */
export function singleKeys(): boolean {
  return localStorage.getItem(MEMORY) !== "off";
}

export function setSingleKeys(on: boolean): void {
  if (on) localStorage.removeItem(MEMORY);
  else localStorage.setItem(MEMORY, "off");
}
