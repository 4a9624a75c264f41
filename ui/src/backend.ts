// The only place that talks to Tauri. Everything else sees `Backend`.

import { Channel, invoke } from "@tauri-apps/api/core";

import type { CommandError } from "./bindings/CommandError";
import type { KeyPlace } from "./bindings/KeyPlace";
import type { Settings } from "./bindings/Settings";
import type { Snapshot } from "./bindings/Snapshot";
import type { TalkInput } from "./bindings/TalkInput";
import type { ViewEvent } from "./bindings/ViewEvent";

/** What the window can ask for. Every answer but the snapshot comes as an event. */
export interface Backend {
  subscribe(onEvent: (event: ViewEvent) => void): Promise<Snapshot>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  talk(action: TalkInput): Promise<void>;
  stop(): Promise<void>;
  sendText(text: string): Promise<void>;
  setMuted(muted: boolean): Promise<void>;
  clearTranscript(): Promise<void>;
  dismissProblem(): Promise<void>;
  updateSettings(patch: Partial<Settings>): Promise<void>;
  /** Hands over the API key and says where to keep it; no key forgets the one there is, wherever it is kept. */
  setApiKey(key: string | null, place: KeyPlace): Promise<void>;
  refreshModels(): Promise<void>;
  refreshDevices(): Promise<void>;
  testTone(): Promise<void>;
  /** Records 3 s of the microphone and plays them back. */
  recordTest(): Promise<void>;
  /** Plays a phrase, to see how much of it is taken out of what the microphone hears. */
  testEcho(): Promise<void>;
  monitorInput(on: boolean): Promise<void>;
  /** Whether the window can be seen: while it can't, no microphone is kept open. */
  attend(present: boolean): Promise<void>;
}

/** The setting a refused command was about, if it was about one. */
export function refusedField(error: unknown): string | null {
  return isCommandError(error) && error.code === "invalid" ? error.field : null;
}

function isCommandError(error: unknown): error is CommandError {
  return typeof error === "object" && error !== null && "code" in error;
}

/**
 * The same backend, but once the engine has stopped `onGone` is told, and no call ever comes back: there is nobody left to
 * answer, and nothing its caller could still do.
 */
export function guarded(backend: Backend, onGone: () => void): Backend {
  return new Proxy(backend, {
    get(target, name: keyof Backend) {
      const call = target[name].bind(target) as (...values: unknown[]) => Promise<unknown>;
      return (...values: unknown[]) =>
        call(...values).catch((error: unknown) => {
          if (!isCommandError(error) || error.code !== "unavailable") throw error;
          onGone();
          return new Promise(() => undefined);
        });
    },
  });
}

export const tauriBackend: Backend = {
  subscribe: (onEvent) => invoke("subscribe", { channel: new Channel<ViewEvent>(onEvent) }),
  connect: () => invoke("connect"),
  disconnect: () => invoke("disconnect"),
  talk: (action) => invoke("talk", { action }),
  stop: () => invoke("stop"),
  sendText: (text) => invoke("send_text", { text }),
  setMuted: (muted) => invoke("set_muted", { muted }),
  clearTranscript: () => invoke("clear_transcript"),
  dismissProblem: () => invoke("dismiss_problem"),
  updateSettings: (patch) => invoke("update_settings", { patch }),
  setApiKey: (key, place) => invoke("set_api_key", { key, place }),
  refreshModels: () => invoke("refresh_models"),
  refreshDevices: () => invoke("refresh_devices"),
  testTone: () => invoke("test_tone"),
  recordTest: () => invoke("record_test"),
  testEcho: () => invoke("test_echo"),
  monitorInput: (on) => invoke("monitor_input", { on }),
  attend: (present) => invoke("attend", { present }),
};
