// How the program lives on the desktop: its settings.

import { readFileSync } from "node:fs";

import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { snippets } from "../src/snippets";
import { settings } from "./fakeBackend";
import { openSettings, patches } from "./settingsWindow";
import { byId, settled, show, violations } from "./window";

const desktop = settings().desktop;
const fields = [
  ["tray", "tray"],
  ["autostart", "autostart"],
  ["notifications", "notifications"],
  ["close-to-tray", "closeToTray"],
] as const;

describe("the settings of the desktop", () => {
  it.each(fields)("%s is turned on and off", async (id, field) => {
    const backend = await openSettings();
    await userEvent.click(byId(id));
    expect(patches(backend)).toEqual([{ desktop: { ...desktop, [field]: !desktop[field] } }]);
  });

  it("what needs the tray or the start at login says so, and can't be chosen before", async () => {
    await openSettings({ settings: settings({ desktop: { ...desktop, tray: false } }) });
    expect(byId<HTMLInputElement>("close-to-tray").disabled).toBe(true);
    expect(byId("close-to-tray-note").textContent).toContain("needs the icon in the tray");
    expect(byId<HTMLInputElement>("start-hidden").disabled).toBe(true);
    expect(byId("start-hidden-note").textContent).toContain("needs the start at login");
  });

  it("without a place for the icon it is told", async () => {
    const backend = await openSettings();
    expect(document.getElementById("tray-impossible")).toBeNull();
    await show(backend, { type: "tray", tray: "impossible" });
    expect(byId("tray-impossible").textContent).toContain("no tray");
    expect(byId<HTMLInputElement>("close-to-tray").disabled).toBe(true);
    expect(await violations()).toEqual([]);
  });
});

describe("where programs can have no shortcut", () => {
  const shortcuts = { path: "desktop", talk: "impossible", mute: "impossible" } as const;

  it("what to give the desktop is there to be copied, for four of them", async () => {
    await openSettings({ shortcuts });
    const user = userEvent.setup();
    const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    const parts = [...byId("shortcut-snippets").querySelectorAll("details")];
    expect(parts.map((part) => part.querySelector("summary")?.textContent)).toEqual([
      "GNOME",
      "KDE Plasma",
      "Sway",
      "Hyprland",
    ]);
    const sway = parts[2] as HTMLDetailsElement;
    sway.open = true;
    await user.click(sway.querySelector("button") as HTMLButtonElement);
    await settled();
    expect(write).toHaveBeenCalledWith(snippets[2]?.code);
    expect(sway.querySelector("button")?.textContent.trim()).toBe("Copied");
    expect(await violations()).toEqual([]);
  });

  it("there is nothing to choose", async () => {
    await openSettings({ shortcuts });
    expect(document.getElementById("talk-shortcut")).toBeNull();
    expect(document.getElementById("mute-shortcut")).toBeNull();
  });

  it("a shortcut from elsewhere can be taken back", async () => {
    await openSettings({
      shortcuts,
      settings: settings({ desktop: { ...desktop, talkShortcut: "Ctrl+Alt+V" } }),
    });
    expect(byId("talk-shortcut")).toBeTruthy();
    expect(document.getElementById("mute-shortcut")).toBeNull();
  });

  it("the guide says the same", () => {
    const guide = readFileSync("../docs/desktop.md", "utf8");
    for (const { code } of snippets) expect(guide).toContain(code.trimEnd());
  });

  it("and elsewhere there is nothing of it", async () => {
    await openSettings();
    expect(document.getElementById("shortcut-snippets")).toBeNull();
  });
});
