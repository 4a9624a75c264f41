// What every test needs: an empty page afterwards, and stand-ins for what jsdom doesn't have.

import { cleanup } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";

afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

if (!("showModal" in HTMLDialogElement.prototype) || !nativeDialogs()) {
  const open = function (this: HTMLDialogElement) {
    this.setAttribute("open", "");
    this.querySelector<HTMLElement>("[autofocus], button, input, select, textarea")?.focus();
  };
  HTMLDialogElement.prototype.show = open;
  HTMLDialogElement.prototype.showModal = function () {
    if (this.hasAttribute("open")) throw new DOMException("The dialog is already open", "InvalidStateError");
    open.call(this);
    this.addEventListener("keydown", escapeToClose);
  };
  HTMLDialogElement.prototype.close = function (value?: string) {
    if (!this.hasAttribute("open")) return;
    this.removeAttribute("open");
    this.removeEventListener("keydown", escapeToClose);
    if (value !== undefined) this.returnValue = value;
    this.dispatchEvent(new Event("close"));
  };
}

function nativeDialogs(): boolean {
  const dialog = document.createElement("dialog");
  document.body.append(dialog);
  try {
    dialog.showModal();
    return dialog.open;
  } catch {
    return false;
  } finally {
    dialog.remove();
  }
}

/** A browser closes a modal dialog on Esc once every listener has had the key, unless `cancel` is prevented. */
function escapeToClose(this: HTMLDialogElement, event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  queueMicrotask(() => {
    if (event.defaultPrevented) return;
    if (this.dispatchEvent(new Event("cancel", { cancelable: true }))) this.close();
  });
}

window.matchMedia ??= (query: string): MediaQueryList =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  }) as MediaQueryList;

Element.prototype.scrollIntoView ??= () => undefined;
Element.prototype.scrollTo ??= () => undefined;
Element.prototype.setPointerCapture ??= () => undefined;
Element.prototype.releasePointerCapture ??= () => undefined;
Element.prototype.hasPointerCapture ??= () => false;
Element.prototype.animate ??= () =>
  Object.assign(new EventTarget(), {
    cancel: () => undefined,
    finish: () => undefined,
    finished: Promise.resolve(),
    onfinish: null,
  }) as unknown as Animation;

class StillResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= StillResizeObserver;
