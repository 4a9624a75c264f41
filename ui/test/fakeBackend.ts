// An engine for tests: records what the window asks for and answers with numbered events.

import type { Backend } from "../src/backend";
import type { CommandError } from "../src/bindings/CommandError";
import type { Entry } from "../src/bindings/Entry";
import type { Problem } from "../src/bindings/Problem";
import type { Settings } from "../src/bindings/Settings";
import type { Snapshot } from "../src/bindings/Snapshot";
import type { TalkInput } from "../src/bindings/TalkInput";
import type { ViewChange } from "../src/bindings/ViewChange";
import type { ViewEvent } from "../src/bindings/ViewEvent";

type Command = Exclude<keyof Backend, "subscribe">;
export type Call = [Command, ...unknown[]];

export class FakeBackend implements Backend {
  /** Every command so far, with its arguments, in order. */
  calls: Call[] = [];
  /** How often the window has subscribed. */
  subscriptions = 0;
  /** What the next subscription gets. */
  snapshot: Snapshot;

  #onEvent: (event: ViewEvent) => void = () => undefined;
  #refusals = new Map<Command, CommandError>();

  constructor(snapshotOverrides: Partial<Snapshot> = {}) {
    this.snapshot = structuredClone(snapshot(snapshotOverrides));
  }

  /** Sends the window the next event. */
  emit(change: ViewChange): void {
    this.#onEvent({ seq: ++this.snapshot.seq, ...change });
  }

  /** Numbers an event that never arrives. */
  lose(): void {
    this.snapshot.seq += 1;
  }

  /** Makes a command fail from now on. */
  refuse(command: Command, error: CommandError): void {
    this.#refusals.set(command, error);
  }

  /** The arguments of every call of one command. */
  callsOf(command: Command): unknown[][] {
    return this.calls.filter(([name]) => name === command).map(([, ...args]) => args);
  }

  /** The talk button's parts, in order. */
  get talks(): unknown[] {
    return this.callsOf("talk").map(([action]) => action);
  }

  subscribe(onEvent: (event: ViewEvent) => void): Promise<Snapshot> {
    this.subscriptions += 1;
    this.#onEvent = onEvent;
    return Promise.resolve(structuredClone(this.snapshot));
  }

  connect = (): Promise<void> => this.#take("connect");
  disconnect = (): Promise<void> => this.#take("disconnect");
  talk = (action: TalkInput): Promise<void> => this.#take("talk", action);
  stop = (): Promise<void> => this.#take("stop");
  sendText = (text: string): Promise<void> => this.#take("sendText", text);
  refreshDevices = (): Promise<void> => this.#take("refreshDevices");
  testTone = (): Promise<void> => this.#take("testTone");
  monitorInput = (on: boolean): Promise<void> => this.#take("monitorInput", on);

  async setMuted(muted: boolean): Promise<void> {
    await this.#take("setMuted", muted);
    this.emit({ type: "muted", muted });
  }

  async clearTranscript(): Promise<void> {
    await this.#take("clearTranscript");
    this.emit({ type: "cleared" });
  }

  async dismissProblem(): Promise<void> {
    await this.#take("dismissProblem");
    this.emit({ type: "problem", problem: null });
  }

  async updateSettings(patch: Partial<Settings>): Promise<void> {
    await this.#take("updateSettings", patch);
    Object.assign(this.snapshot.settings, patch);
    this.#emitSettings();
  }

  async setApiKey(key: string | null): Promise<void> {
    await this.#take("setApiKey", key);
    this.snapshot.hasKey = key !== null;
    this.#emitSettings();
  }

  #emitSettings(): void {
    const { hasKey, inputMissing, outputMissing } = this.snapshot;
    const settings = structuredClone(this.snapshot.settings);
    this.emit({ type: "settings", settings, hasKey, inputMissing, outputMissing });
  }

  #take(command: Command, ...args: unknown[]): Promise<void> {
    this.calls.push([command, ...args]);
    const refusal = this.#refusals.get(command);
    return refusal ? Promise.reject(refusal) : Promise.resolve();
  }
}

/** A conversation at rest, on a computer with two microphones, a monitor and two loudspeakers. */
export function snapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    seq: 40,
    phase: "ready",
    muted: false,
    latched: false,
    hasKey: false,
    settings: settings(),
    devices: {
      inputs: [
        { id: "pulse:builtin-mic", name: "Built-in Microphone", isDefault: true, isMonitor: false },
        { id: "pulse:usb-headset", name: "USB Headset", isDefault: false, isMonitor: false },
        { id: "pulse:builtin.monitor", name: "Built-in Speakers", isDefault: false, isMonitor: true },
      ],
      outputs: [
        { id: "pulse:builtin", name: "Built-in Speakers", isDefault: true, isMonitor: false },
        { id: "pulse:usb-headset-out", name: "USB Headset", isDefault: false, isMonitor: false },
      ],
    },
    inputMissing: null,
    outputMissing: null,
    models: [
      { id: "gemini-3.1-flash-live-preview", label: "Gemini 3.1 Flash Live", note: "preview" },
      { id: "gemini-2.5-flash-native-audio", label: "Gemini 2.5 Flash", note: null },
    ],
    voices: [
      { id: "Puck", descriptor: "Upbeat" },
      { id: "Kore", descriptor: "Firm" },
      { id: "Charon", descriptor: "Informative" },
    ],
    transcript: [],
    problem: null,
    version: "0.1.0",
    locale: "en-GB",
    ...overrides,
  };
}

export function settings(overrides: Partial<Settings> = {}): Settings {
  return {
    service: "demo",
    endpoint: null,
    model: "gemini-3.1-flash-live-preview",
    voice: null,
    systemInstruction: "",
    mode: "pushToTalk",
    inputDevice: null,
    outputDevice: null,
    theme: "system",
    language: "en",
    holdThresholdMs: 350,
    releaseTailMs: 200,
    welcomed: true,
    ...overrides,
  };
}

export function entry(overrides: Partial<Entry> = {}): Entry {
  return {
    id: 1,
    turn: 1,
    speaker: "user",
    text: "What is the tallest mountain?",
    final: true,
    interrupted: false,
    startedAt: Date.UTC(2026, 0, 5, 9, 30),
    note: null,
    ...overrides,
  };
}

export function problem(overrides: Partial<Problem> = {}): Problem {
  return {
    code: "hostUnknown",
    advice: "checkNetwork",
    device: null,
    model: null,
    url: null,
    detail: null,
    closeCode: null,
    retryAfterS: null,
    ...overrides,
  };
}
