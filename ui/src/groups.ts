// The settings in groups: which belongs where, what a reset takes back, and what differs. Pure.

import type { Settings } from "./bindings/Settings";

export const GROUPS = [
  "talking",
  "sound",
  "model",
  "personas",
  "tools",
  "account",
  "shortcuts",
  "desktop",
  "appearance",
  "advanced",
  "about",
] as const;

export type GroupId = (typeof GROUPS)[number];

/** A setting, or a part of one that is an object: `sound.cues`. One that is an object stands for all its parts. */
export type Path = string;

/** What a reset of a group takes back. A test sees to it that nothing is left out or named twice. */
export const FIELDS: Record<GroupId, readonly Path[]> = {
  talking: [
    "mode",
    "holdThresholdMs",
    "releaseTailMs",
    "sound.preRollMs",
    "sound.cues",
    "detection.by",
    "detection.patience",
  ],
  sound: [
    "inputDevice",
    "outputDevice",
    "sound.echoCancellation",
    "sound.noiseSuppression",
    "sound.gainControl",
    "sound.highPass",
    "sound.inputGainDb",
    "sound.inputChannel",
    "sound.outputVolumeDb",
    "sound.halfDuplex",
    "sound.inputPreferences",
    "sound.outputPreferences",
  ],
  model: ["model", "voice", "systemInstruction", "greeting", "generation", "thinking", "translation"],
  personas: [],
  tools: ["tools"],
  account: ["service", "endpoint", "access"],
  shortcuts: ["desktop.talkShortcut", "desktop.muteShortcut"],
  desktop: [
    "desktop.tray",
    "desktop.closeToTray",
    "desktop.autostart",
    "desktop.startHidden",
    "desktop.notifications",
    "desktop.compact",
  ],
  appearance: ["theme", "language", "appearance"],
  advanced: [
    "detection.start",
    "detection.end",
    "detection.prefixPaddingMs",
    "detection.silenceMs",
    "detection.interrupts",
    "detection.coverage",
    "transcription",
    "compression",
    "network",
  ],
  about: [],
};

/** What somebody has written himself, and the way he has come: no reset takes it back by itself. */
export const PERSONAS: readonly Path[] = ["personas", "persona"];
export const KEPT: readonly Path[] = [...PERSONAS, "welcomed", "intro"];

/** Everything a reset takes back, but for what is kept. */
export const ALL_FIELDS: readonly Path[] = GROUPS.flatMap((group) => FIELDS[group]);

type Values = Record<string, unknown>;

/** The change that brings these settings to what `wanted` has. Objects are whole, as the engine's answers are. */
export function patchTo(wanted: Settings, current: Settings, paths: readonly Path[]): Partial<Settings> {
  const [from, to] = [current as unknown as Values, wanted as unknown as Values];
  const patch: Values = {};
  for (const path of paths) {
    if (same(at(from, path), at(to, path))) continue;
    const [name = "", part] = path.split(".");
    patch[name] =
      part === undefined
        ? to[name]
        : { ...((patch[name] ?? from[name]) as Values), [part]: (to[name] as Values)[part] };
  }
  return patch as Partial<Settings>;
}

/** The parts of settings that differ, each by its path; of a list of personas the whole list. */
export function differences(one: Settings, other: Settings): Path[] {
  return leaves(one).filter(
    (path) => !same(at(one as unknown as Values, path), at(other as unknown as Values, path)),
  );
}

/** Where a setting is found. */
export function groupOf(path: Path): GroupId {
  const [name = ""] = path.split(".");
  if (PERSONAS.includes(name)) return "personas";
  return (
    GROUPS.find((group) => FIELDS[group].some((field) => field === path || field === name)) ?? "advanced"
  );
}

/** Every setting, those that are objects by their parts. */
export function leaves(settings: Settings): Path[] {
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.keys(value).map((part) => `${name}.${part}`)
      : [name],
  );
}

function at(values: Values, path: Path): unknown {
  const [name = "", part] = path.split(".");
  return part === undefined ? values[name] : (values[name] as Values)[part];
}

/** By what they hold. The engine writes the parts of an object in one order always; the window might not. */
function same(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return one === other;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === others.length &&
    keys.every((key) => same((one as Values)[key], (other as Values)[key]))
  );
}
