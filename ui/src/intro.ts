// The introduction: its steps in their order, and hearing whether somebody speaks. Pure.

import type { IntroStep } from "./bindings/IntroStep";

/** In the order in which they are walked through. */
export const STEPS: readonly IntroStep[] = ["hello", "microphone", "speaker", "key", "shortcut", "talk"];

/** Where keys are made. */
export const KEY_ADDRESS = "https://aistudio.google.com/apikey";

/** The step after this one; the last is followed by none. */
export function after(step: IntroStep): IntroStep | null {
  return STEPS[STEPS.indexOf(step) + 1] ?? null;
}

/** The step before this one; the first has none. */
export function before(step: IntroStep): IntroStep | null {
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}

/** What the levels of a microphone have told so far. */
export interface Hearing {
  /** The quietest level so far: what the room sounds like, dBFS. */
  floor: number;
  /** The loudest level so far, dBFS. */
  peak: number;
  /** Levels above the room's, less those that were not. */
  loud: number;
  /** It was a voice, or as loud as one. */
  heard: boolean;
}

/** No sound at all, dBFS. */
const SILENCE = -90;

/** Before anything was heard. */
export const DEAF: Hearing = { floor: 0, peak: SILENCE, loud: 0, heard: false };

/** Levels told in a row (at most 15 a second) that a knock on the table doesn't reach, and a word does. */
const ENOUGH = 4;
/** A voice is this much above the room, dB. */
const ABOVE = 12;
/** Quieter than this nobody speaks into a microphone, dBFS. */
const FAINTEST = -50;

/** What is known once another level was told, dBFS from -90 to 0. */
export function hear(hearing: Hearing, level: number): Hearing {
  // A microphone that isn't open yet tells nothing of the room.
  const floor = level <= SILENCE ? hearing.floor : Math.min(hearing.floor, level);
  const isLoud = level > Math.max(FAINTEST, floor + ABOVE);
  const loud = isLoud ? hearing.loud + 1 : Math.max(0, hearing.loud - 1);
  return { floor, peak: Math.max(hearing.peak, level), loud, heard: hearing.heard || loud >= ENOUGH };
}

/** Not one sound has come in: not even the noise that every microphone has. */
export function isSilent(hearing: Hearing): boolean {
  return hearing.peak <= SILENCE;
}
