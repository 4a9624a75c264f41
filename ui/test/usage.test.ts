import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import type { UsageReport } from "../src/bindings/UsageReport";
import { dollars, tokens as written } from "../src/usage";
import { settings, tokens, usage, type FakeBackend } from "./fakeBackend";
import { byId, open, settled, show, violations } from "./window";

const used = usage({
  turn: tokens({ audioIn: 840, audioOut: 610, total: 1450 }),
  conversation: tokens({ textIn: 20, audioIn: 8_640, audioOut: 3_310, unattributed: 375, total: 12_345 }),
  turnCost: 0.0098,
  conversationCost: 0.0123,
});

function openWith(shown: UsageReport, chosen: Parameters<typeof settings>[0] = {}): Promise<FakeBackend> {
  return open({ settings: settings({ service: "gemini", ...chosen }), usage: shown });
}

async function openDetails(): Promise<HTMLElement> {
  await userEvent.click(byId("usage"));
  await settled();
  return screen.getByRole("dialog", { name: "What was used" });
}

const line = () => document.getElementById("usage")?.textContent;
const row = (kind: string) =>
  [...(document.querySelector(`[data-kind=${kind}]`)?.children ?? [])].map((cell) => cell.textContent);

describe("what was used", () => {
  it("says how long the last answer took, and whose share that was", async () => {
    const backend = await openWith(used);

    await show(backend, { type: "latency", latency: { serviceMs: 640, playbackMs: 12 } });

    expect(line()).toMatch(/^answered after 0\.65\s?s · 12,345 tokens/);
    await openDetails();
    expect(byId("latency").textContent).toMatch(/0\.64\s?s after .* loudspeaker it took 0\.01\s?s/);
  });

  it("is not told before the first turn", async () => {
    const backend = await openWith(usage());
    expect(line()).toBeUndefined();

    await show(backend, { type: "usage", usage: used });

    expect(line()).toBe("12,345 tokens · ≈ $0.0123");
  });

  it("has no cost where the price isn't known", async () => {
    await openWith({ ...used, turnCost: null, conversationCost: null });
    expect(line()).toBe("12,345 tokens");

    await openDetails();
    expect(row("cost")).toEqual([]);
    screen.getByText("There is no price for this model, so no cost is shown.");
  });

  it("by the rehearsal is simulated, and costs nothing", async () => {
    await openWith(used, { service: "demo" });
    expect(line()).toBe("12,345 tokens, simulated");

    await openDetails();
    expect(row("cost")).toEqual([]);
    screen.getByText(/Nothing is charged/);
  });

  it("is told in the window's language", async () => {
    await openWith(used, { language: "ja" });

    expect(line()).toBe("12,345 トークン · 約 $0.0123");
  });
});

describe("its details", () => {
  it("are by turn and conversation, for every kind there is any of", async () => {
    await openWith(used);
    const dialog = await openDetails();

    const headers = within(dialog)
      .getAllByRole("columnheader")
      .map((cell) => cell.textContent);
    expect(headers).toEqual(["Tokens", "Last turn", "Conversation"]);
    expect(row("textIn")).toEqual(["Text in", "0", "20"]);
    expect(row("audioIn")).toEqual(["Sound in", "840", "8,640"]);
    expect(row("audioOut")).toEqual(["Sound out", "610", "3,310"]);
    expect(row("total")).toEqual(["Total", "1,450", "12,345"]);
    expect(row("cost")).toEqual(["Cost, estimated", "≈ $0.0098", "≈ $0.0123"]);
    for (const none of ["imageIn", "textOut", "thoughts", "toolUse", "cached"]) expect(row(none)).toEqual([]);
    within(dialog).getByText(/the service's bill is what counts/);
  });

  it("explain what belongs to no kind, where there is such", async () => {
    const backend = await openWith(used);
    const dialog = await openDetails();
    expect(row("unattributed")).toEqual(["Not attributed", "0", "375"]);
    within(dialog).getByText(/in its total, but in none of its parts/);

    await show(backend, { type: "usage", usage: { ...used, conversation: tokens({ total: 5, textIn: 5 }) } });
    expect(within(dialog).queryByText(/in its total, but in none of its parts/)).toBeNull();
  });

  it("have thoughts, tools, pictures and what was cached", async () => {
    const conversation = tokens({ imageIn: 1, textOut: 2, thoughts: 3, toolUse: 4, cached: 5, total: 10 });
    await openWith({ ...used, conversation });
    await openDetails();

    expect(row("imageIn")).toEqual(["Pictures in", "0", "1"]);
    expect(row("textOut")).toEqual(["Text out", "0", "2"]);
    expect(row("thoughts")).toEqual(["Thoughts", "0", "3"]);
    expect(row("toolUse")).toEqual(["Results of tools", "0", "4"]);
    expect(row("cached")).toEqual(["of these, cached", "0", "5"]);
  });

  it("follow what is used meanwhile, and go with Esc", async () => {
    const backend = await openWith(used);
    await openDetails();

    await show(backend, { type: "usage", usage: { ...used, turn: tokens({ total: 7 }) } });
    expect(row("total")).toEqual(["Total", "7", "12,345"]);

    await userEvent.keyboard("{Escape}");
    await settled();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it.each(["en", "ja"] as const)("stand in nobody's way in %s", async (language) => {
    await openWith(used, { language });
    await userEvent.click(byId("usage"));
    await settled();

    expect(await violations()).toEqual([]);
  });
});

describe("numbers", () => {
  it.each([
    [0.0123, "$0.0123"],
    [0.5, "$0.5000"],
    [12.345, "$12.35"],
    [0, "$0.0000"],
  ])("of %d dollars are %s", (amount, words) => {
    expect(dollars(amount, "en")).toBe(words);
  });

  it("of tokens have their thousands marked", () => {
    expect(written(1_234_567, "en")).toBe("1,234,567");
  });
});
