// What the window shows, and how it changes. Pure: nothing here draws, waits or asks.

import type { Device } from "./bindings/Device";
import type { Devices } from "./bindings/Devices";
import type { Entry } from "./bindings/Entry";
import type { KeyCheck } from "./bindings/KeyCheck";
import type { Mode } from "./bindings/Mode";
import type { Part } from "./bindings/Part";
import type { Phase } from "./bindings/Phase";
import type { ToolCall } from "./bindings/ToolCall";
import type { Snapshot } from "./bindings/Snapshot";
import type { ViewEvent } from "./bindings/ViewEvent";
import { orderOf } from "./devices";
import { featuresOf } from "./features";

/** The newest snapshot with every later event in it, and the levels of the moment. */
export interface State extends Snapshot {
  /** Peak of the microphone and of the loudspeaker, dBFS from -90 to 0. */
  levels: { input: number; output: number };
  /** Names of all devices seen since the window opened, by id: those that are gone are still called by them. */
  deviceNames: ReadonlyMap<string, string>;
  /** The recording that was played back last, for its peak, dBFS. */
  recording: { peakDbfs: number } | null;
  /** What was told last of a key that was to be checked. */
  keyCheck: KeyCheck | null;
  /** Somebody has been speaking although the microphone is muted. */
  mutedSpeech: boolean;
  /** What was asked for last from outside the window; each request is an object of its own. */
  asked: { part: Part } | null;
  /** An event is missing: the state is out of date until the next snapshot. */
  stale: boolean;
}

const SILENCE = { input: -90, output: -90 };

export function initial(snapshot: Snapshot): State {
  return {
    ...snapshot,
    levels: SILENCE,
    deviceNames: withNames(new Map(), snapshot.devices),
    recording: null,
    keyCheck: null,
    mutedSpeech: false,
    asked: null,
    stale: false,
  };
}

/** The state after `event`. Events that the snapshot has already are left out; a gap makes the state stale. */
export function update(state: State, event: ViewEvent): State {
  if (state.stale || event.seq <= state.seq) return state;
  if (event.seq > state.seq + 1) return { ...state, stale: true };
  return change({ ...state, seq: event.seq }, event);
}

function change(state: State, event: ViewEvent): State {
  switch (event.type) {
    case "phase":
      return { ...state, phase: event.phase, latched: event.latched };
    case "levels":
      return { ...state, levels: { input: event.input, output: event.output } };
    case "entry":
      return { ...state, transcript: withEntry(state.transcript, event.entry) };
    case "append":
      return { ...state, transcript: withText(state.transcript, event) };
    case "cleared":
      return { ...state, transcript: [], latency: null };
    case "settings":
      return {
        ...state,
        settings: event.settings,
        key: event.key,
        inputMissing: event.inputMissing,
        outputMissing: event.outputMissing,
      };
    case "devices":
      return { ...state, devices: event.devices, deviceNames: withNames(state.deviceNames, event.devices) };
    case "muted":
      return { ...state, muted: event.muted, mutedSpeech: false };
    case "problem":
      return { ...state, problem: event.problem };
    case "usage":
      return { ...state, usage: event.usage };
    case "latency":
      return { ...state, latency: event.latency };
    case "timers":
      return { ...state, timers: event.timers };
    case "models":
      return { ...state, models: event.models };
    case "input":
      return { ...state, input: event.input };
    case "echo":
      return { ...state, echo: event.echo };
    case "health":
      return { ...state, health: event.health };
    case "shortcuts":
      return { ...state, shortcuts: event.shortcuts };
    case "tray":
      return { ...state, tray: event.tray };
    case "recordingPlayed":
      return { ...state, recording: { peakDbfs: event.peakDbfs } };
    case "keyCheck":
      return { ...state, keyCheck: event.check };
    case "mutedSpeech":
      return { ...state, mutedSpeech: state.muted };
    case "asked":
      return { ...state, asked: { part: event.part } };
  }
}

function withNames(known: ReadonlyMap<string, string>, devices: Devices): ReadonlyMap<string, string> {
  const named = [...devices.inputs, ...devices.outputs].map(({ id, name }) => [id, name] as const);
  return new Map([...known, ...named]);
}

function withEntry(transcript: Entry[], entry: Entry): Entry[] {
  const place = placeOf(transcript, entry.id);
  if (place < 0) return [...transcript, entry];
  return replaced(transcript, place, entry);
}

function withText(transcript: Entry[], piece: { id: number; text: string; thought: boolean }): Entry[] {
  const place = placeOf(transcript, piece.id);
  const entry = transcript[place];
  if (entry === undefined) return transcript;
  const part = piece.thought ? "thought" : "text";
  return replaced(transcript, place, { ...entry, [part]: entry[part] + piece.text });
}

/** What changes is nearly always the newest. */
function placeOf(transcript: Entry[], id: number): number {
  return transcript.findLastIndex((entry) => entry.id === id);
}

/** A copy of the list is one block of memory, 10 µs for ten thousand entries; the entries themselves are shared. */
function replaced(transcript: Entry[], place: number, entry: Entry): Entry[] {
  const copy = transcript.slice();
  copy[place] = entry;
  return copy;
}

/** How much of the ring a level fills: -60 dBFS and less is nothing, 0 dBFS everything. */
export function loudness(dbfs: number): number {
  return Math.min(1, Math.max(0, (dbfs + 60) / 60));
}

/** Whether the microphone is being listened to. */
export function isTalking(phase: Phase, latched: boolean): boolean {
  return latched || phase === "listening" || phase === "openingMicrophone" || phase === "paused";
}

/** How one can talk. Some models only listen by themselves; the rehearsal takes both. */
export function modesOf({ settings, models }: Pick<State, "settings" | "models">): Mode[] {
  const both = settings.service === "demo" || featuresOf(models, settings).pushToTalk;
  return both ? ["pushToTalk", "handsFree"] : ["handsFree"];
}

/** How one talks now: as chosen, where that is possible. */
export function modeOf(view: Pick<State, "settings" | "models">): Mode {
  return modesOf(view).includes(view.settings.mode) ? view.settings.mode : "handsFree";
}

/** What was said last that has words; null when there is nothing yet. */
export function lastWords({ transcript }: Pick<State, "transcript">): Entry | null {
  return transcript.findLast(({ text }) => text !== "") ?? null;
}

/** The user's words that got no answer; null where they aren't known. */
export function unanswered({ transcript }: Pick<State, "transcript">): string | null {
  const last = transcript.findLast(({ speaker }) => speaker === "user");
  return last?.note === "noAnswer" && last.text.trim() !== "" ? last.text : null;
}

/** The calls that wait for the user's word, the oldest first. */
export function questions({ transcript }: Pick<State, "transcript">): ToolCall[] {
  return transcript.flatMap(({ call }) => (call?.stage === "asking" ? [call] : []));
}

/** Whether there is an answer that Stop could cut. */
export function canStop(phase: Phase): boolean {
  return phase === "speaking" || phase === "waiting" || phase === "thinking";
}

/** Whether the devices are needed for the conversation, and none of them can be tried. */
export function isBusy({ phase, latched }: Pick<State, "phase" | "latched">): boolean {
  return isTalking(phase, latched) || canStop(phase);
}

/** The microphone that is listened to, or would be at the next press: the best of those that are connected. */
export function inputInUse({ settings, devices }: Pick<State, "settings" | "devices">): Device | null {
  const { inputs } = devices;
  const wanted = orderOf(settings.inputDevice, settings.sound.inputPreferences);
  const best = wanted
    .map((id) => inputs.find((device) => device.id === id))
    .find((device) => device !== undefined);
  // What a loudspeaker plays is only listened to where that was chosen.
  const microphones = inputs.filter((device) => !device.isMonitor);
  return best ?? microphones.find((device) => device.isDefault) ?? microphones[0] ?? null;
}

/** A microphone that isn't Bluetooth, to offer instead of one that is. */
export function wiredInput(view: Pick<State, "settings" | "devices">): Device | null {
  if (inputInUse(view)?.isBluetooth !== true) return null;
  return view.devices.inputs.find((device) => !device.isBluetooth && !device.isMonitor) ?? null;
}

/** Whether the microphone is kept open for words before a press; never a Bluetooth one. */
export function isArmed(view: State, mode: Mode): boolean {
  if (view.settings.sound.preRollMs === 0 || mode !== "pushToTalk") return false;
  return inputInUse(view)?.isBluetooth === false && !isTalking(view.phase, view.latched);
}
