// What a desktop's own settings take, where it gives programs no shortcuts. `docs/desktop.md` has the same.

const GNOME = `base=/org/gnome/settings-daemon/plugins/media-keys/custom-keybindings/vivavoce/
schema=org.gnome.settings-daemon.plugins.media-keys.custom-keybinding:$base
gsettings set $schema name 'Talk with Vivavoce'
gsettings set $schema command 'vivavoce talk toggle'
gsettings set $schema binding '<Control><Alt>v'
# This replaces the list of custom shortcuts: name those you have, too.
gsettings set org.gnome.settings-daemon.plugins.media-keys custom-keybindings "['$base']"
`;

const SWAY = `bindsym --no-repeat Ctrl+Alt+v exec vivavoce talk start
bindsym --release Ctrl+Alt+v exec vivavoce talk stop
bindsym Ctrl+Alt+m exec vivavoce mute
`;

const HYPRLAND = `bind  = CTRL ALT, V, exec, vivavoce talk start
bindr = CTRL ALT, V, exec, vivavoce talk stop
bind  = CTRL ALT, M, exec, vivavoce mute
`;

export type DesktopName = "gnome" | "kde" | "sway" | "hyprland";

export interface Snippet {
  desktop: DesktopName;
  /** The desktop's own name, alike in every language. */
  name: string;
  code: string;
}

export const snippets: readonly Snippet[] = [
  { desktop: "gnome", name: "GNOME", code: GNOME },
  { desktop: "kde", name: "KDE Plasma", code: "vivavoce talk toggle\n" },
  { desktop: "sway", name: "Sway", code: SWAY },
  { desktop: "hyprland", name: "Hyprland", code: HYPRLAND },
];
