// The settings as a person finds them.

import userEvent from "@testing-library/user-event";

import type { Snapshot } from "../src/bindings/Snapshot";
import type { FakeBackend } from "./fakeBackend";
import { byId, open, settled } from "./window";

/** The window with the settings open, and the engine, which has been asked for nothing else yet. */
export async function openSettings(overrides: Partial<Snapshot> = {}): Promise<FakeBackend> {
  const backend = await open(overrides);
  await userEvent.click(byId("settings"));
  await settled();
  return backend;
}

export const select = (id: string) => byId<HTMLSelectElement>(id);
export const input = (id: string) => byId<HTMLInputElement>(id);
/** The choice a list shows. */
export const shown = (id: string) => select(id).selectedOptions[0]?.textContent.trim();
/** All choices of a list. */
export const choices = (id: string) => [...select(id).options].map((option) => option.textContent.trim());
/** Whether the page has a control. */
export const offers = (id: string) => document.getElementById(id) !== null;
/** What the engine was asked to change. */
export const patches = (backend: FakeBackend) => backend.callsOf("updateSettings").map(([patch]) => patch);

/** Makes a choice of a list, or none. */
export async function choose(id: string, name: string): Promise<void> {
  await userEvent.selectOptions(select(id), name);
  await settled();
}

/** Replaces what a field holds, and leaves it. */
export async function enter(id: string, words: string): Promise<void> {
  await userEvent.clear(input(id));
  if (words !== "") await userEvent.type(input(id), words);
  input(id).blur();
  await settled();
}
