// The texts of the desktop: shortcuts from anywhere, and the strip.

import type { ShortcutState } from "../bindings/ShortcutState";

const states: Record<Exclude<ShortcutState, "none">, string> = {
  taken: "Works in every program. Press it, or hold it while you speak.",
  refused: "Another program has this one already. Please choose another.",
  impossible: "This desktop doesn't let programs have shortcuts.",
};

export const desktop = {
  shortcuts: {
    lead: "None is taken unless you choose it. They work at once, in every program.",
    wayland: "On a Wayland desktop programs can't hear keys of other programs. The keys in this window work.",
    talk: "Talk",
    mute: "Mute or unmute",
    states,
  },
  compact: {
    label: "Small strip",
    note: "The window becomes a strip that stays above others and never takes the keyboard. A button in it brings the whole window back.",
  },
};
