// The whole window in front of a fake engine.

import { render } from "@testing-library/svelte";
import axe from "axe-core";
import { tick } from "svelte";

import App from "../src/App.svelte";
import type { Snapshot } from "../src/bindings/Snapshot";
import type { ViewChange } from "../src/bindings/ViewChange";
import { FakeBackend } from "./fakeBackend";

/** The window once it shows this snapshot; what it asks for at its start isn't among the calls. */
export async function open(overrides: Partial<Snapshot> = {}): Promise<FakeBackend> {
  const backend = new FakeBackend(overrides);
  render(App, { backend });
  await settled();
  backend.calls = [];
  return backend;
}

/** Sends changes and waits until they are shown. */
export async function show(backend: FakeBackend, ...changes: ViewChange[]): Promise<void> {
  for (const change of changes) backend.emit(change);
  await settled();
}

/** When everything that was asked and answered is shown: events are drawn once a frame. */
export async function settled(): Promise<void> {
  await tick();
  await new Promise(requestAnimationFrame);
  await tick();
  await new Promise((resolve) => setTimeout(resolve));
}

/** The element that has this id. It is an error if there is none, or one of another kind. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`There is no #${id}`);
  return element as T;
}

/** What is wrong for people who don't see the screen or don't use a mouse, one line for each element. */
export async function violations(): Promise<string[]> {
  // The page around the window isn't loaded here, and nothing is drawn, so colours can't be compared.
  document.title = "Vivavoce";
  const found = await axe.run(document, { rules: { "color-contrast": { enabled: false } } });
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`));
}
