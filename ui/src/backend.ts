// The only place that talks to Tauri. Everything else sees `Backend`.

import { Channel, invoke } from "@tauri-apps/api/core";

import type { Attachment } from "./bindings/Attachment";
import type { CommandError } from "./bindings/CommandError";
import type { Decision } from "./bindings/Decision";
import type { KeptNote } from "./bindings/KeptNote";
import type { KeyPlace } from "./bindings/KeyPlace";
import type { PictureRefusal } from "./bindings/PictureRefusal";
import type { Record } from "./bindings/Record";
import type { Settings } from "./bindings/Settings";
import type { SettingsImport } from "./bindings/SettingsImport";
import type { Snapshot } from "./bindings/Snapshot";
import type { TalkInput } from "./bindings/TalkInput";
import type { ViewEvent } from "./bindings/ViewEvent";

/** What the window can ask for. Answers come as events, but for the snapshot and what is asked about texts of settings. */
export interface Backend {
  subscribe(onEvent: (event: ViewEvent) => void): Promise<Snapshot>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  talk(action: TalkInput): Promise<void>;
  stop(): Promise<void>;
  /** Words, pictures by the numbers `attach` gave them, or both. */
  sendText(text: string, pictures: number[]): Promise<void>;
  /** Makes a file's bytes a picture that waits for its message. */
  attach(bytes: Uint8Array): Promise<Attachment>;
  /** Forgets a picture that waits. */
  detach(id: number): Promise<void>;
  /** The user's word on a call. */
  decide(ticket: number, decision: Decision): Promise<void>;
  cancelTimer(id: number): Promise<void>;
  notes(): Promise<KeptNote[]>;
  /** Forgets a note, and tells the rest. */
  deleteNote(id: number): Promise<KeptNote[]>;
  /** Every call that is over, the newest first. */
  callLog(): Promise<Record[]>;
  clearCallLog(): Promise<void>;
  setMuted(muted: boolean): Promise<void>;
  clearTranscript(): Promise<void>;
  dismissProblem(): Promise<void>;
  updateSettings(patch: Partial<Settings>): Promise<void>;
  /** All settings as a text without secrets. */
  settingsText(): Promise<string>;
  /** The same as a new file among the downloads; its path. */
  exportSettings(): Promise<string>;
  /** What a text would make of the settings; nothing is changed. */
  readSettings(text: string): Promise<SettingsImport>;
  /** Hands over the API key and says where to keep it; no key forgets the one there is, wherever it is kept. */
  setApiKey(key: string | null, place: KeyPlace): Promise<void>;
  /** Asks the service about a key that isn't kept yet; what it thinks comes as an event. */
  checkKey(key: string): Promise<void>;
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
  /** Shows an address of the web in the user's browser; any other is refused. */
  openLink(url: string): Promise<void>;
}

/** The setting a refused command was about, if it was about one. */
export function refusedField(error: unknown): string | null {
  return isCommandError(error) && error.code === "invalid" ? error.field : null;
}

/** Why a picture was refused, and what it is instead. */
export function refusedPicture(error: unknown): { reason: PictureRefusal; kind: string | null } | null {
  return isCommandError(error) && error.code === "picture" ? error : null;
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
  sendText: (text, pictures) => invoke("send_text", { text, pictures }),
  attach: (bytes) => invoke("attach", bytes),
  detach: (id) => invoke("detach", { id }),
  decide: (ticket, decision) => invoke("decide", { ticket, decision }),
  cancelTimer: (id) => invoke("cancel_timer", { id }),
  notes: () => invoke("notes"),
  deleteNote: (id) => invoke("delete_note", { id }),
  callLog: () => invoke("call_log"),
  clearCallLog: () => invoke("clear_call_log"),
  setMuted: (muted) => invoke("set_muted", { muted }),
  clearTranscript: () => invoke("clear_transcript"),
  dismissProblem: () => invoke("dismiss_problem"),
  updateSettings: (patch) => invoke("update_settings", { patch }),
  settingsText: () => invoke("settings_text"),
  exportSettings: () => invoke("export_settings"),
  readSettings: (text) => invoke("read_settings", { text }),
  setApiKey: (key, place) => invoke("set_api_key", { key, place }),
  checkKey: (key) => invoke("check_key", { key }),
  refreshModels: () => invoke("refresh_models"),
  refreshDevices: () => invoke("refresh_devices"),
  testTone: () => invoke("test_tone"),
  recordTest: () => invoke("record_test"),
  testEcho: () => invoke("test_echo"),
  monitorInput: (on) => invoke("monitor_input", { on }),
  attend: (present) => invoke("attend", { present }),
  openLink: (url) => invoke("open_link", { url }),
};
