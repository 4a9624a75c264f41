// Changes of the settings on their way: single ones, and groups that are always sent whole.

import { refusedField, type Backend } from "./backend";
import type { Settings } from "./bindings/Settings";

/** The settings that are objects of their own. */
export type Group = {
  [Name in keyof Settings]: Settings[Name] extends readonly unknown[] | string | number | boolean | null
    ? never
    : Name;
}[keyof Settings];

export class Editor {
  #backend: Backend;
  #current: () => Settings;
  #onRefused: (field: string | null) => void;
  /** What was sent, until the settings that come back have it: a second change builds on the first. */
  #sent: Partial<Settings> = {};
  #unanswered = 0;

  /** `onRefused` gets the setting that was not accepted, or null once there is none. */
  constructor(backend: Backend, current: () => Settings, onRefused: (field: string | null) => void) {
    this.#backend = backend;
    this.#current = current;
    this.#onRefused = onRefused;
  }

  /** The settings with every change that is on its way. */
  get latest(): Settings {
    return { ...this.#current(), ...this.#sent };
  }

  /** Changes settings that stand for themselves, or whole groups. */
  save(patch: Partial<Settings>): void {
    this.#onRefused(null);
    this.#unanswered += 1;
    Object.assign(this.#sent, patch);
    this.#backend
      .updateSettings(patch)
      .catch((error: unknown) => {
        this.#sent = {};
        this.#onRefused(refusedField(error));
      })
      .finally(() => {
        this.#unanswered -= 1;
      });
  }

  /** Changes a part of a group, and with it settings that stand for themselves. */
  change<G extends Group>(group: G, part: Partial<Settings[G]>, others: Partial<Settings> = {}): void {
    this.save({ ...others, [group]: { ...this.latest[group], ...part } });
  }

  /** Newer settings have come. */
  settled(): void {
    if (this.#unanswered === 0) this.#sent = {};
  }
}
