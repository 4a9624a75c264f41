// What presses and releases a talk button. Down is a press, up is a release; what that means (click or hold) is decided by
// the engine. Whatever could swallow the release, a lost pointer, focus or page, is a release.

import type { Attachment } from "svelte/attachments";

import type { Backend } from "./backend";

type Holder = "pointer" | "key";

const BUSY_WITH_KEYS = "input, textarea, select, button, a, summary, dialog, [contenteditable]";

export class TalkPress {
  /** What holds the button down, so that only its own release counts. */
  holder = $state<Holder | null>(null);

  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  #press(by: Holder): void {
    if (this.holder !== null) return;
    this.holder = by;
    void this.#backend.talk("press");
  }

  #release(by?: Holder): void {
    if (this.holder === null || (by !== undefined && by !== this.holder)) return;
    this.holder = null;
    void this.#backend.talk("release");
  }

  /** Makes a button the talk button for as long as it is there. */
  attach: Attachment<HTMLButtonElement> = (button) => {
    const gone = new AbortController();
    const { signal } = gone;
    const letGo = (): void => {
      this.#release();
    };
    const letPointerGo = (): void => {
      this.#release("pointer");
    };

    button.addEventListener(
      "pointerdown",
      (event) => {
        if (event.button !== 0) return;
        button.setPointerCapture(event.pointerId);
        this.#press("pointer");
      },
      { signal },
    );
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      button.addEventListener(end, letPointerGo, { signal });
    }
    button.addEventListener(
      "click",
      (event) => {
        // A click that no pointer made: assistive technology. Keys have none, see below.
        if (event.detail > 0) return;
        this.#press("pointer");
        this.#release("pointer");
      },
      { signal },
    );
    button.addEventListener(
      "contextmenu",
      (event) => {
        event.preventDefault();
      },
      { signal },
    );

    addEventListener(
      "keydown",
      (event) => {
        if (!isTalkKey(event, button)) return;
        // Also keeps the browser from making a click of it, or scrolling.
        event.preventDefault();
        if (!event.repeat) this.#press("key");
      },
      { signal },
    );
    addEventListener(
      "keyup",
      (event) => {
        if (event.key !== " " && event.key !== "Enter") return;
        if (this.holder === "key") event.preventDefault();
        this.#release("key");
      },
      { signal },
    );
    addEventListener("blur", letGo, { signal });
    document.addEventListener(
      "visibilitychange",
      () => {
        if (document.hidden) letGo();
      },
      { signal },
    );
    return () => {
      letGo();
      gone.abort();
    };
  };
}

/** Space anywhere but where it types or activates something else; Enter on the button itself. */
function isTalkKey(event: KeyboardEvent, button: HTMLButtonElement): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return false;
  if (event.target === button) return event.key === " " || event.key === "Enter";
  const elsewhere = event.target instanceof Element && event.target.closest(BUSY_WITH_KEYS) !== null;
  return event.key === " " && !elsewhere;
}
