// How the program lives on the desktop: its settings.

import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { settings } from "./fakeBackend";
import { openSettings, patches } from "./settingsWindow";
import { byId, show, violations } from "./window";

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
