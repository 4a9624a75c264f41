// A shape for every state, so that none is told by its colour alone; the same in the window and in the tray.

import type { Phase } from "./bindings/Phase";

/** The square the shapes are drawn in: this wide and high, from 0. */
export const MARK_SIZE = 16;

/**
 * Path data (SVG), to be filled by the nonzero rule with one colour. Each differs from the others in its outline, and can be
 * told at 16 pixels.
 */
export const stateMarks: Record<Phase, string> = {
  /** A hollow ring. */
  off: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13ZM8 3.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9Z",
  /** A hollow microphone. */
  openingMicrophone:
    "M8 .5a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0v-4A3 3 0 0 0 8 .5ZM8 2a1.5 1.5 0 0 1 1.5 1.5v4a1.5 1.5 0 0 1-3 0v-4A1.5 1.5 0 0 1 8 2Z" +
    "M2.5 7.5H4a4 4 0 0 0 8 0h1.5a5.5 5.5 0 0 1-4.75 5.45v2.55h-1.5v-2.55A5.5 5.5 0 0 1 2.5 7.5Z",
  /** Three quarters of a ring. */
  connecting: "M8 1.5A6.5 6.5 0 1 1 1.5 8H3.5A4.5 4.5 0 1 0 8 3.5Z",
  /** A ring that comes back, with an arrowhead. */
  reconnecting: "M8 2.5A6.2 6.2 0 1 1 1.8 8.7H3.8A4.2 4.2 0 1 0 8 4.5ZM8.5 0L3.5 3.5L8.5 7Z",
  /** A disc. */
  ready: "M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10Z",
  /** A solid microphone. */
  listening:
    "M8 .5a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0v-4A3 3 0 0 0 8 .5Z" +
    "M2.5 7.5H4a4 4 0 0 0 8 0h1.5a5.5 5.5 0 0 1-4.75 5.45v2.55h-1.5v-2.55A5.5 5.5 0 0 1 2.5 7.5Z",
  /** An hourglass. */
  waiting: "M3 1H13V3L9.5 8L13 13V15H3V13L6.5 8L3 3Z",
  /** Three dots. */
  thinking:
    "M2.5 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6ZM8 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6Z" +
    "M13.5 6.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6Z",
  /** Bars of a voice. */
  speaking: "M1 6h2v4H1ZM5 3h2v10H5ZM9 .5h2v15H9ZM13 5h2v6h-2Z",
  /** A barred ring. */
  paused:
    "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13ZM8 3.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9Z" +
    "M5.5 4.1L4.1 5.5L10.5 11.9L11.9 10.5Z",
  /** A warning triangle. */
  error: "M8 .8L15.7 14.8H.3ZM7.1 5.4V10.2H8.9V5.4ZM8 11a1.05 1.05 0 1 0 0 2.1a1.05 1.05 0 1 0 0-2.1Z",
};
