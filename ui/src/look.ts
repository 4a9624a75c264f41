// How the window looks besides what it shows: colours, contrast, motion and text size, written on the page's root.

import type { Appearance } from "./bindings/Appearance";
import type { Theme } from "./bindings/Theme";

const ORDINARY: Appearance = { contrast: "system", textPercent: 100, motion: "system" };

/** Keeps the page as it was chosen, and as the system wishes where that was chosen. Returns what ends that. */
export function keepLook(theme: Theme = "system", appearance: Appearance = ORDINARY): () => void {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const contrast = matchMedia("(prefers-contrast: more)");
  const forced = matchMedia("(forced-colors: active)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const wishes = [dark, contrast, forced, still];
  const apply = () => {
    const high = appearance.contrast === "high" || contrast.matches || forced.matches;
    root.dataset["theme"] = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    root.dataset["contrast"] = high ? "high" : "normal";
    root.dataset["motion"] = appearance.motion === "reduced" || still.matches ? "reduced" : "full";
    root.style.fontSize = `${String(appearance.textPercent)}%`;
  };
  apply();
  for (const wish of wishes) wish.addEventListener("change", apply);
  return () => {
    for (const wish of wishes) wish.removeEventListener("change", apply);
  };
}

/** Whether nothing is to move. */
export function isStill(): boolean {
  return document.documentElement.dataset["motion"] === "reduced";
}

/** Whether everything is to stand out. */
export function isStrong(): boolean {
  return document.documentElement.dataset["contrast"] === "high";
}
