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
    wayland:
      "On this desktop programs can't hear keys of other programs. Its own settings can give a key a command, as follows. The keys in this window work.",
    snippets: {
      gnome: "Press to talk, and again when you have spoken. To be run in a terminal, once:",
      kde: "Press to talk, and again when you have spoken. System Settings, Keyboard, Shortcuts, Add New, Command or Script; then give it a key:",
      sway: "Hold while you speak. At the end of ~/.config/sway/config:",
      hyprland: "Hold while you speak. At the end of ~/.config/hypr/hyprland.conf:",
      copy: "Copy",
      copied: "Copied",
    },
    portal: "The desktop keeps these shortcuts. It may ask you first, and its settings may show other keys.",
    talk: "Talk",
    mute: "Mute or unmute",
    states,
  },
  tray: {
    label: "Icon in the tray",
    note: "It shows the state, and talks, mutes or brings the window at a click.",
    impossible: "This desktop has no tray, or doesn't show it now.",
  },
  closeToTray: {
    label: "Closing the window keeps Vivavoce running",
    note: "It stays in the tray, from where the window comes back. Otherwise closing ends it.",
  },
  autostart: {
    label: "Start when you log in",
    note: "Vivavoce listens to nothing until you talk.",
  },
  startHidden: {
    label: "Without a window",
    note: "At login only the icon in the tray appears.",
  },
  notifications: {
    label: "Notifications",
    note: "Told by the desktop while you can't see the window: the conversation was lost, or needs you.",
  },
  needsAutostart: "This needs the start at login.",
  needsTray: "This needs the icon in the tray.",
  compact: {
    label: "Small strip",
    note: "The window becomes a strip that stays above others and never takes the keyboard. A button in it brings the whole window back.",
  },
};
