// The colours themselves: jsdom can't compute contrast, so it is computed from the tokens.
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { en } from "../src/i18n/en";

const sheet = readFileSync("src/styles/tokens.css", "utf8");
const light = tokens(":root");
const dark = tokens(':root[data-theme="dark"]');
const strong = tokens(':root[data-contrast="high"]');
const strongDark = tokens(':root[data-theme="dark"][data-contrast="high"]');
/** Each theme as the cascade makes it, and the least contrast of its text and of its edges. */
const themes = {
  light: { colours: light, text: 4.5, edge: 3 },
  dark: { colours: merged(light, dark), text: 4.5, edge: 3 },
  "high-contrast light": { colours: merged(light, strong), text: 7, edge: 7 },
  "high-contrast dark": { colours: merged(light, dark, strong, strongDark), text: 7, edge: 7 },
};
const phases = Object.keys(en.phases);

/** The colours one rule of the sheet sets. */
function tokens(selector: string): Map<string, string> {
  const block = sheet.split("\n" + selector + " {")[1]?.split("\n}")[0] ?? "";
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name = "", hex = ""]) => [name, hex]),
  );
}

function merged(...rules: Map<string, string>[]): Map<string, string> {
  return new Map(rules.flatMap((rule) => [...rule]));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const names = Object.keys(themes) as (keyof typeof themes)[];

describe.each(names)("the %s colours", (theme) => {
  const { colours, text: leastOfText, edge: leastOfEdge } = themes[theme];
  const colour = (name: string) => {
    const hex = colours.get(name);
    if (hex === undefined) throw new Error(`there is no --${name}`);
    return hex;
  };

  it.each(phases)("have a readable one for %s", (phase) => {
    for (const ground of ["ground", "surface"]) {
      expect(contrast(colour(`state-${phase}`), colour(ground))).toBeGreaterThanOrEqual(leastOfText);
    }
  });

  it("are different for every state", () => {
    const all = phases.map((phase) => colour(`state-${phase}`));
    expect(new Set(all).size).toBe(phases.length);
  });

  it.each([
    ["text", "ground"],
    ["text", "sunken"],
    ["muted", "ground"],
    ["muted", "surface"],
    ["muted", "sunken"],
    ["on-accent", "accent"],
  ])("let %s be read on %s", (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(leastOfText);
  });

  it("let the edge of a field be seen", () => {
    expect(contrast(colour("line-strong"), colour("surface"))).toBeGreaterThanOrEqual(leastOfEdge);
  });

  it("let the focus be seen on every ground", () => {
    for (const ground of ["ground", "surface", "sunken"]) {
      expect(contrast(colour("focus"), colour(ground))).toBeGreaterThanOrEqual(leastOfEdge);
    }
  });
});

it.each([strong, strongDark])("high contrast sets every colour there is", (rule) => {
  expect([...rule.keys()].sort()).toEqual([...light.keys()].sort());
});

it("gives every state its colour wherever a phase is written", () => {
  const states = readFileSync("src/styles/states.css", "utf8");
  for (const phase of phases) {
    expect(states).toContain(`[data-phase="${phase}"] {\n  --state: var(--state-${phase});`);
  }
});
