// Changes of the settings on their way: single ones, and groups that are always sent whole.

import { refusedField, type Backend } from "./backend";
import type { Settings } from "./bindings/Settings";

/** The settings that are objects of their own. */
export type Group =
  | "generation"
  | "thinking"
  | "detection"
  | "transcription"
  | "compression"
  | "translation"
  | "access"
  | "network"
  | "sound";

export class Editor {
  #backend: Backend;
  #current: () => Settings;
  #onRefused: (field: string | null) => void;
  /** Groups as they were sent last, until the settings that come back have them: a second change builds on the first. */
  #sent: Partial<Pick<Settings, Group>> = {};
  #unanswered = 0;

  /** `onRefused` gets the setting that was not accepted, or null once there is none. */
  constructor(backend: Backend, current: () => Settings, onRefused: (field: string | null) => void) {
    this.#backend = backend;
    this.#current = current;
    this.#onRefused = onRefused;
  }

  /** Changes settings that stand for themselves. */
  save(patch: Partial<Settings>): void {
    this.#onRefused(null);
    this.#unanswered += 1;
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
    const whole: Settings[G] = { ...(this.#sent[group] ?? this.#current()[group]), ...part };
    Object.assign(this.#sent, { [group]: whole });
    this.save({ ...others, [group]: whole });
  }

  /** Newer settings have come. */
  settled(): void {
    if (this.#unanswered === 0) this.#sent = {};
  }
}
