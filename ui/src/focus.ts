// Where the keyboard's words go.

/** A click with the mouse leaves the focus where it is, so that Space goes on talking. */
export function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}

const FIELDS = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=range])";

/** Whether a letter would be written, or looked up, where this happened. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(FIELDS) !== null;
}

/** Whether something lies over the window that has the keyboard to itself. */
export function isCovered(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
