// Recording and playing back, as time goes by: what the engine doesn't tell is known by the clock.

/** Milliseconds that are recorded, and then played. */
export const LENGTH = 3_000;
/** Milliseconds that opening the devices may take besides. */
const PATIENCE = 4_000;

/** What the person in front of it has to do about the level. */
export type Verdict = "silent" | "quiet" | "good" | "loud";

/** Where a recording that was begun at a time is now. */
export type Stage =
  | { name: "recording"; secondsLeft: number }
  | { name: "playing" }
  | { name: "failed" }
  | { name: "done"; peakDbfs: number };

/** `begun` and `now` in ms; `played` once the engine has told of the end. */
export function stageOf(begun: number, now: number, played: { peakDbfs: number } | null): Stage {
  if (played !== null) return { name: "done", peakDbfs: played.peakDbfs };
  const passed = now - begun;
  if (passed < LENGTH) return { name: "recording", secondsLeft: Math.ceil((LENGTH - passed) / 1000) };
  return { name: passed < 2 * LENGTH + PATIENCE ? "playing" : "failed" };
}

/** Good is from the middle of the meter to where hardly anything is left above. */
export function verdictOf(peakDbfs: number): Verdict {
  if (peakDbfs < -60) return "silent";
  if (peakDbfs < -30) return "quiet";
  return peakDbfs < -1 ? "good" : "loud";
}
