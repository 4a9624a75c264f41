// An engine for tests: records what the window asks for and answers with numbered events.

import type { Backend } from "../src/backend";
import type { Attachment } from "../src/bindings/Attachment";
import type { Decision } from "../src/bindings/Decision";
import type { KeptNote } from "../src/bindings/KeptNote";
import type { Record } from "../src/bindings/Record";
import type { CommandError } from "../src/bindings/CommandError";
import type { Entry } from "../src/bindings/Entry";
import type { Health } from "../src/bindings/Health";
import type { KeyCheck } from "../src/bindings/KeyCheck";
import type { KeyPlace } from "../src/bindings/KeyPlace";
import type { ModelFeatures } from "../src/bindings/ModelFeatures";
import type { Problem } from "../src/bindings/Problem";
import type { Settings } from "../src/bindings/Settings";
import type { SettingsImport } from "../src/bindings/SettingsImport";
import type { Snapshot } from "../src/bindings/Snapshot";
import type { Sound } from "../src/bindings/Sound";
import type { TalkInput } from "../src/bindings/TalkInput";
import type { Tokens } from "../src/bindings/Tokens";
import type { UsageReport } from "../src/bindings/UsageReport";
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
  /** What the service thinks of every key; it doesn't answer when null. */
  opinion: KeyCheck | null = { state: "good" };

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
  /** Pictures are left out of what is written down where there are none. */
  sendText = (text: string, pictures: number[]): Promise<void> =>
    pictures.length > 0 ? this.#take("sendText", text, pictures) : this.#take("sendText", text);
  detach = (id: number): Promise<void> => this.#take("detach", id);
  decide = (ticket: number, decision: Decision): Promise<void> => this.#take("decide", ticket, decision);
  cancelTimer = (id: number): Promise<void> => this.#take("cancelTimer", id);
  /** Kept for the user. */
  kept: KeptNote[] = [];
  /** Done for the user, the newest first. */
  done: Record[] = [];
  /** How many pictures were made ready. */
  #pictures = 0;

  async attach(bytes: Uint8Array): Promise<Attachment> {
    await this.#take("attach", bytes.length);
    this.#pictures += 1;
    const thumbnail = { url: "data:image/jpeg;base64,AQ==", width: 640, height: 480 };
    return { id: this.#pictures, thumbnail, tokens: 258 };
  }

  async notes(): Promise<KeptNote[]> {
    await this.#take("notes");
    return this.kept;
  }

  async deleteNote(id: number): Promise<KeptNote[]> {
    await this.#take("deleteNote", id);
    this.kept = this.kept.filter((note) => note.id !== id);
    return this.kept;
  }

  async callLog(): Promise<Record[]> {
    await this.#take("callLog");
    return this.done;
  }

  async clearCallLog(): Promise<void> {
    await this.#take("clearCallLog");
    this.done = [];
  }

  refreshModels = (): Promise<void> => this.#take("refreshModels");
  refreshDevices = (): Promise<void> => this.#take("refreshDevices");
  testTone = (): Promise<void> => this.#take("testTone");
  recordTest = (): Promise<void> => this.#take("recordTest");
  testEcho = (): Promise<void> => this.#take("testEcho");
  attend = (present: boolean): Promise<void> => this.#take("attend", present);
  openLink = (url: string): Promise<void> => this.#take("openLink", url);
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

  async settingsText(): Promise<string> {
    await this.#take("settingsText");
    return JSON.stringify({ version: 1, ...this.snapshot.settings }, null, 2);
  }

  async exportSettings(): Promise<string> {
    await this.#take("exportSettings");
    return "/home/anna/Downloads/vivavoce-settings.json";
  }

  /** Reads as the shell does, but believes every value. */
  async readSettings(text: string): Promise<SettingsImport> {
    await this.#take("readSettings", text);
    const { version, unusable, ...fields } = JSON.parse(text) as Partial<Settings> & {
      version?: number;
      unusable?: string[];
    };
    return {
      settings: { ...structuredClone(this.snapshot.settings), ...fields },
      unusable: unusable ?? [],
      newer: (version ?? 0) > 1,
    };
  }

  async setApiKey(key: string | null, place: KeyPlace): Promise<void> {
    await this.#take("setApiKey", key, place);
    this.snapshot.key.place = key === null ? null : place;
    this.#emitSettings();
  }

  async checkKey(key: string): Promise<void> {
    await this.#take("checkKey", key);
    this.emit({ type: "keyCheck", check: { state: "checking" } });
    if (this.opinion !== null) this.emit({ type: "keyCheck", check: this.opinion });
  }

  #emitSettings(): void {
    const { settings, key, inputMissing, outputMissing } = structuredClone(this.snapshot);
    this.emit({ type: "settings", settings, key, inputMissing, outputMissing });
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
    key: { place: null, keychain: true },
    settings: settings(),
    defaults: settings({ welcomed: false, language: "system" }),
    devices: {
      inputs: [
        {
          id: "pulse:builtin-mic",
          name: "Built-in Microphone",
          isDefault: true,
          isMonitor: false,
          isBluetooth: false,
        },
        {
          id: "pulse:usb-headset",
          name: "USB Headset",
          isDefault: false,
          isMonitor: false,
          isBluetooth: false,
        },
        {
          id: "pulse:builtin.monitor",
          name: "Built-in Speakers",
          isDefault: false,
          isMonitor: true,
          isBluetooth: false,
        },
      ],
      outputs: [
        {
          id: "pulse:builtin",
          name: "Built-in Speakers",
          isDefault: true,
          isMonitor: false,
          isBluetooth: false,
        },
        {
          id: "pulse:usb-headset-out",
          name: "USB Headset",
          isDefault: false,
          isMonitor: false,
          isBluetooth: false,
        },
      ],
    },
    inputMissing: null,
    outputMissing: null,
    latency: null,
    shortcuts: { path: "system", talk: "none", mute: "none" },
    tray: "off",
    input: null,
    echo: { state: "unknown", removedDb: null, delayMs: null },
    health: health(),
    models: [
      {
        id: "gemini-3.1-flash-live-preview",
        label: "Gemini 3.1 Flash Live",
        note: "preview",
        accepts: features({
          language: true,
          thinkingLevels: ["minimal", "low", "medium", "high"],
          thoughts: true,
        }),
      },
      {
        id: "gemini-2.5-flash-native-audio",
        label: "Gemini 2.5 Flash",
        note: null,
        accepts: features({
          thinkingBudget: true,
          thoughts: true,
          affectiveDialog: true,
          proactiveAudio: true,
        }),
      },
    ],
    voices: [
      { id: "Puck", descriptor: "Upbeat" },
      { id: "Kore", descriptor: "Firm" },
      { id: "Charon", descriptor: "Informative" },
    ],
    functions: [
      { name: "current_time", risk: "harmless" },
      { name: "set_timer", risk: "acts" },
      { name: "read_clipboard", risk: "reads" },
    ],
    timers: [],
    transcript: [],
    problem: null,
    usage: usage(),
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
    personas: [],
    persona: null,
    greeting: "",
    generation: {
      language: null,
      temperature: null,
      topP: null,
      topK: null,
      maxOutputTokens: null,
      presencePenalty: null,
      frequencyPenalty: null,
      seed: null,
      mediaResolution: null,
      affectiveDialog: false,
      proactiveAudio: false,
      safety: null,
    },
    thinking: { level: null, budget: null, show: false },
    detection: {
      start: null,
      end: null,
      prefixPaddingMs: null,
      silenceMs: null,
      interrupts: true,
      coverage: null,
      by: "service",
      patience: "normal",
    },
    transcription: { input: true, output: true, languages: [], vocabulary: [] },
    compression: { on: true, triggerTokens: null, targetTokens: null },
    translation: { target: null, echo: false },
    tools: { googleSearch: false, permissions: {} },
    access: { kind: "apiKey", tokenUrl: null, tokenCommand: null, project: null, location: null },
    network: { proxy: null, caFile: null },
    sound: sound(),
    mode: "pushToTalk",
    inputDevice: null,
    outputDevice: null,
    theme: "system",
    appearance: { contrast: "system", textPercent: 100, motion: "system" },
    desktop: {
      tray: true,
      closeToTray: false,
      autostart: false,
      startHidden: false,
      notifications: true,
      talkShortcut: null,
      muteShortcut: null,
      compact: false,
    },
    language: "en",
    holdThresholdMs: 350,
    releaseTailMs: 200,
    welcomed: true,
    intro: "hello",
    ...overrides,
  };
}

/** Everything that is done to sound by default, but for these. */
export function sound(overrides: Partial<Sound> = {}): Sound {
  return {
    echoCancellation: true,
    noiseSuppression: true,
    gainControl: true,
    highPass: true,
    inputGainDb: 0,
    inputChannel: null,
    outputVolumeDb: 0,
    preRollMs: 0,
    cues: true,
    halfDuplex: false,
    inputPreferences: [],
    outputPreferences: [],
    ...overrides,
  };
}

/** Streams that have had no trouble, but for this. */
export function health(overrides: Partial<Health> = {}): Health {
  return {
    inputPeriodMs: 20,
    outputPeriodMs: 20,
    underruns: 0,
    overruns: 0,
    late: 0,
    playoutTargetMs: 60,
    concealed: 0,
    reopened: 0,
    ...overrides,
  };
}

export function entry(overrides: Partial<Entry> = {}): Entry {
  return {
    id: 1,
    turn: 1,
    speaker: "user",
    text: "What is the tallest mountain?",
    thought: "",
    final: true,
    interrupted: false,
    heardChars: null,
    startedAt: Date.UTC(2026, 0, 5, 9, 30),
    note: null,
    pictures: [],
    call: null,
    sources: null,
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
    at: 0,
    retryAt: null,
    ...overrides,
  };
}

/** What a model for conversation takes, and these besides. */
export function features(overrides: Partial<ModelFeatures> = {}): ModelFeatures {
  return {
    voice: true,
    language: false,
    instruction: true,
    pushToTalk: true,
    sampling: true,
    thinkingLevels: [],
    thinkingBudget: false,
    thoughts: false,
    mediaResolution: true,
    affectiveDialog: false,
    proactiveAudio: false,
    transcriptionHints: true,
    translation: false,
    pictures: true,
    tools: true,
    googleSearch: true,
    speaks: true,
    contextTokens: 131_072,
    ...overrides,
  };
}

/** Nothing used yet, but for these. */
export function usage(overrides: Partial<UsageReport> = {}): UsageReport {
  return { turn: tokens(), conversation: tokens(), turnCost: null, conversationCost: null, ...overrides };
}

/** No tokens, but for these. */
export function tokens(overrides: Partial<Tokens> = {}): Tokens {
  return {
    textIn: 0,
    audioIn: 0,
    imageIn: 0,
    textOut: 0,
    audioOut: 0,
    thoughts: 0,
    cached: 0,
    toolUse: 0,
    unattributed: 0,
    total: 0,
    ...overrides,
  };
}
