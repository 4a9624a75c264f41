// The ring around the talk button: a voice print that begins at the top and runs down both sides. Pure; the drawing is
// in LevelRing.svelte.

/** Ticks in the whole ring. */
export const TICKS = 84;

/** Samples from the top to the bottom of one side. */
const DEPTH = TICKS / 2 + 1;

/** Frames a sample stays at one tick; at 30 frames a second a sound has left the ring after 2.8 s. */
const FRAMES_A_TICK = 2;

/** Below this nothing can be seen to move. */
const STILL = 0.004;

/** How a tick is drawn: both from 0 to 1. */
export interface Tick {
  /** How far it reaches out. */
  reach: number;
  /** How much of the state's colour it has. */
  ink: number;
}

/** The last seconds of a level, smoothed. */
export class VoicePrint {
  #samples = new Float32Array(DEPTH + 1);
  #level = 0;
  #frame = 0;

  /** One frame later, with the level (0 to 1) now. Rises at once, falls slowly, as an ear would have it. */
  advance(level: number): void {
    this.#level += (level - this.#level) * (level > this.#level ? 0.55 : 0.16);
    this.#frame = (this.#frame + 1) % FRAMES_A_TICK;
    if (this.#frame === 0) this.#samples.copyWithin(1, 0, DEPTH);
    this.#samples[0] = this.#level;
  }

  /** No sound is left in the ring. */
  get still(): boolean {
    return this.#samples.every((sample) => sample < STILL);
  }

  /** The level at a tick. It moves between two ticks, not in steps. */
  at(tick: number): number {
    const distance = fromTop(tick);
    const before = this.#samples[distance] ?? 0;
    const after = this.#samples[distance + 1] ?? before;
    const fade = 1 - (0.55 * distance) / DEPTH;
    return fade * (before + (after - before) * (1 - this.#frame / FRAMES_A_TICK) * 0.5);
  }
}

/** A tick of a ring that shows sound. */
export function sounding(level: number): Tick {
  return { reach: level, ink: 0.3 + 0.7 * Math.min(1, level * 2.4) };
}

/** A tick of a ring that shows only that something is going on: a light that goes round, `turn` from 0 to 1. */
export function searching(tick: number, turn: number): Tick {
  const behind = (turn - tick / TICKS + 1) % 1;
  const light = Math.max(0, 1 - behind / 0.38) ** 2;
  return { reach: 0.12 * light, ink: 0.22 + 0.78 * light };
}

/** A tick of a ring that stands still in the same situation: every third tick is lit. */
export function resting(tick: number): Tick {
  return { reach: 0, ink: tick % 3 === 0 ? 1 : 0.3 };
}

/** Ticks between this one and the top, by the shorter way. */
function fromTop(tick: number): number {
  return Math.min(tick, TICKS - tick);
}
