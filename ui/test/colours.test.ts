// The colours themselves: jsdom can't compute contrast, so it is computed from the tokens.
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { en } from "../src/i18n/en";

const sheet = readFileSync("src/styles/tokens.css", "utf8");
const [lightBlock, rest] = sheet.split(':root[data-theme="dark"]');
const themes = { light: tokens(lightBlock), dark: tokens(rest?.split("}")[0]) };
const phases = Object.keys(en.phases);

function tokens(block = ""): Map<string, string> {
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name = "", hex = ""]) => [name, hex]),
  );
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

describe.each(["light", "dark"] as const)("the %s colours", (theme) => {
  const colour = (name: string) => {
    const hex = themes[theme].get(name);
    if (hex === undefined) throw new Error(`there is no --${name}`);
    return hex;
  };

  it.each(phases)("have a readable one for %s", (phase) => {
    for (const ground of ["ground", "surface"]) {
      expect(contrast(colour(`state-${phase}`), colour(ground))).toBeGreaterThanOrEqual(4.5);
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
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it("let the edge of a field be seen", () => {
    expect(contrast(colour("line-strong"), colour("surface"))).toBeGreaterThanOrEqual(3);
  });
});

it("gives every state its colour wherever a phase is written", () => {
  const states = readFileSync("src/styles/states.css", "utf8");
  for (const phase of phases) {
    expect(states).toContain(`[data-phase="${phase}"] {\n  --state: var(--state-${phase});`);
  }
});
