// The one live state: subscribes, applies events once a frame, subscribes anew after a gap.

import type { ViewEvent } from "./bindings/ViewEvent";
import type { Backend } from "./backend";
import { initial, update, type State } from "./state";

export class Store {
  state = $state.raw<State | null>(null);
  /** The shell doesn't answer: nothing can be shown or done. */
  unreachable = $state(false);

  #backend: Backend;
  #queue: ViewEvent[] = [];
  #scheduled = false;
  #subscription = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async start(): Promise<void> {
    const subscription = ++this.#subscription;
    this.#queue = [];
    try {
      const snapshot = await this.#backend.subscribe((event) => {
        if (subscription === this.#subscription) this.#take(event);
      });
      if (subscription !== this.#subscription) return;
      this.state = initial(snapshot);
      this.unreachable = false;
      this.#apply();
    } catch {
      this.unreachable = true;
    }
  }

  #take(event: ViewEvent): void {
    this.#queue.push(event);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A hidden window has no frames, and text must not pile up meanwhile.
    const later = document.hidden ? queueMicrotask : requestAnimationFrame;
    later(() => {
      this.#scheduled = false;
      this.#apply();
    });
  }

  #apply(): void {
    // Until the snapshot is there, its events wait for it.
    if (this.state === null || this.state.stale) return;
    const state = this.#queue.splice(0).reduce(update, this.state);
    this.state = state;
    if (state.stale) void this.start();
  }
}
