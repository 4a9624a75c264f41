// What is new in a conversation.

import type { Entry } from "../bindings/Entry";

/** The entries of `now` that are others than those that stood in their place, oldest first. */
export function changed(before: readonly Entry[], now: readonly Entry[]): Entry[] {
  return now.filter((entry, place) => entry !== before[place]);
}
