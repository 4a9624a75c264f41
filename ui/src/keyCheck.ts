// One key on its way: asked about, and kept once the service has taken it. Pure; `KeyEntry` carries it out.

import type { KeyCheck } from "./bindings/KeyCheck";
import type { Problem } from "./bindings/Problem";

/** Milliseconds after which no answer is expected any more: longer than the engine itself waits. */
export const PATIENCE = 15_000;

/** What came of the last key that was entered. */
export type Verdict =
  | { name: "accepted" }
  | { name: "refused"; problem: Problem }
  | { name: "unchecked"; problem: Problem | null };

/**
 * The answer to a question that was asked when `before` was the newest check; null while there is none. What was told
 * before belongs to another key.
 */
export function answerTo(
  before: KeyCheck | null,
  check: KeyCheck | null,
): Exclude<KeyCheck, { state: "checking" }> | null {
  if (check === null || check === before || check.state === "checking") return null;
  return check;
}
