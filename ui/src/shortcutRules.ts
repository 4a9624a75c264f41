// Which keys may become a shortcut from anywhere, and how one is written: `Ctrl+Alt+V`, modifiers first, in this order.

/** Why a shortcut isn't taken. */
export type Refusal =
  "needsModifier" | "typesText" | "programs" | "inputMethod" | "system" | "unknownKey" | "taken";

/** What of a key press matters here. */
export interface Press {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  isComposing?: boolean;
  getModifierState?: (name: "AltGraph") => boolean;
}

const MODIFIERS = ["Ctrl", "Alt", "Shift", "Super"] as const;
type Modifier = (typeof MODIFIERS)[number];

/** Keys that only change what others mean; nothing is decided before one of the others comes. */
const ONLY_MODIFY = /^(?:Control|Alt|AltGraph|Shift|Meta|OS|Super|Hyper|Fn|FnLock|CapsLock|NumLock)$/;

/** Keys by which text of other scripts is entered. */
const INPUT_METHOD_KEYS =
  /^(?:Convert|NonConvert|KanaMode|Lang[1-5]|HankakuZenkaku|Hankaku|Zenkaku|KanjiMode|HangulMode|HanjaMode|Eisu|ModeChange|Process|Dead|Compose)$/;

/** Of the keys without a letter or figure, those that can be asked for, by the name they are asked for with. */
const NAMES: Record<string, string> = {
  Space: "Space",
  Enter: "Enter",
  Tab: "Tab",
  Backspace: "Backspace",
  Delete: "Delete",
  Insert: "Insert",
  Home: "Home",
  End: "End",
  PageUp: "PageUp",
  PageDown: "PageDown",
  ArrowUp: "Up",
  ArrowDown: "Down",
  ArrowLeft: "Left",
  ArrowRight: "Right",
  Escape: "Escape",
  Pause: "Pause",
  ScrollLock: "ScrollLock",
  PrintScreen: "PrintScreen",
  Minus: "-",
  Equal: "=",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
  Semicolon: ";",
  Quote: "'",
  Backquote: "`",
  Comma: ",",
  Period: ".",
  Slash: "/",
};

/** May be taken alone: nobody types with them, and hardly a program uses them. */
const FREE_ALONE = /^(?:F1[3-9]|F2[0-4]|Pause|ScrollLock)$/;
const FUNCTION_KEY = /^F\d+$/;
const TYPED = /^(?:[A-Z0-9]|Space|[-=[\]\\;'`,./])$/;

/** Shortcuts by which an input method is called, or its language changed, on one of the systems. */
const INPUT_METHODS = new Set([
  "Ctrl+Space",
  "Shift+Space",
  "Alt+Space",
  "Super+Space",
  "Ctrl+Alt+Space",
  "Ctrl+Super+Space",
  "Shift+Super+Space",
  "Alt+`",
  "Ctrl+`",
  "Super+`",
]);

/** Keys the desktops keep for themselves. Those with only Super are theirs altogether, see {@link refusalOf}. */
const SYSTEM = [
  /(?:^|\+)(?:Tab|Escape|PrintScreen)$/,
  /^Alt\+F(?:1|2|4|7|8|10)$/,
  /^Ctrl\+Alt\+(?:Delete|Backspace|F\d+|Up|Down|Left|Right|L|T)$/,
  /^Ctrl\+Alt\+Shift\+(?:Up|Down|Left|Right)$/,
  /^Ctrl\+Super\+(?:D|F4|Left|Right|Q|F)$/,
  /^Shift\+F10$/,
];

/** Two modifiers, and yet known from many programs: terminals copy and paste by them, browsers open windows. */
const PROGRAMS = /^Ctrl\+Shift\+(?:[CVTNZPIRW]|Delete|Up|Down|Left|Right|Home|End)$/;

/** The keys that hold others, as a shortcut begins with them. */
export function modifiersOf(press: Press): Modifier[] {
  const held = { Ctrl: press.ctrlKey, Alt: press.altKey, Shift: press.shiftKey, Super: press.metaKey };
  return MODIFIERS.filter((name) => held[name]);
}

/** Whether the press is of a key that only changes what others mean. */
export function isModifier(press: Press): boolean {
  return ONLY_MODIFY.test(press.key);
}

/** The shortcut a press asks for, or why there is none. */
export function shortcutOf(press: Press): { shortcut: string } | { refused: Refusal } {
  if (press.isComposing === true || INPUT_METHOD_KEYS.test(press.key) || INPUT_METHOD_KEYS.test(press.code)) {
    return { refused: "inputMethod" };
  }
  if (press.getModifierState?.("AltGraph") === true) return { refused: "typesText" };
  const name = nameOf(press);
  if (name === null) return { refused: "unknownKey" };
  const shortcut = [...modifiersOf(press), name].join("+");
  const refused = refusalOf(shortcut);
  return refused === null ? { shortcut } : { refused };
}

/** The letter on the key where it is a Latin one, as systems look for letters; otherwise the key's place. */
function nameOf({ key, code }: Press): string | null {
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  const place = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(code);
  if (place !== null) return place[1] ?? place[2] ?? null;
  if (/^F(?:[1-9]|1\d|2[0-4])$/.test(code)) return code;
  return NAMES[code] ?? null;
}

/** Why this shortcut isn't to be taken from everybody else; null if it may be. */
export function refusalOf(shortcut: string): Refusal | null {
  const parts = shortcut.split("+");
  const name = parts.at(-1) ?? "";
  const held = parts.slice(0, -1);
  if (name === "") return "unknownKey";
  if (INPUT_METHODS.has(shortcut)) return "inputMethod";
  if (SYSTEM.some((pattern) => pattern.test(shortcut))) return "system";
  if (held.length === 0) {
    if (FREE_ALONE.test(name)) return null;
    return TYPED.test(name) ? "typesText" : "needsModifier";
  }
  if (!held.includes("Ctrl") && !held.includes("Alt")) {
    if (held.includes("Super")) return "system";
    if (TYPED.test(name)) return "typesText";
  }
  if (held.length === 1 && !FUNCTION_KEY.test(name) && !FREE_ALONE.test(name)) return "programs";
  return PROGRAMS.test(shortcut) ? "programs" : null;
}

/** What the keys of a shortcut are called on this system; `platform` as the browser tells it. */
export function keyNames(shortcut: string, platform: string): string[] {
  const named: Record<string, string> = /^(?:Mac|iP)/.test(platform)
    ? { Ctrl: "Control", Alt: "Option", Super: "Command" }
    : /^Win/.test(platform)
      ? { Super: "Win" }
      : {};
  return shortcut.split("+").map((part) => named[part] ?? part);
}
