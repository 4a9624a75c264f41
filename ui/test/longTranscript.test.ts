// Conversations of many hours: few elements, quick changes, and a reader who isn't moved about.

import { cleanup, screen } from "@testing-library/svelte";
import { flushSync } from "svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Entry } from "../src/bindings/Entry";
import { initial, update } from "../src/state";
import { Heights } from "../src/transcript/heights";
import { entry, snapshot } from "./fakeBackend";
import { layOut, topOf } from "./layout";
import { byId, open, settled, show } from "./window";

/** Turns of very different lengths. */
const conversation = (count: number): Entry[] =>
  Array.from({ length: count }, (_, place) =>
    entry({
      id: place + 1,
      turn: Math.ceil(place / 2),
      speaker: place % 2 === 0 ? "user" : "model",
      text: `Turn ${String(place + 1)}. ${"Some more words. ".repeat((place * 7) % 23)}`,
    }),
  );

const log = () => byId("transcript");
const drawn = () => document.querySelectorAll("#transcript li").length;
const atEnd = () => log().scrollHeight - log().scrollTop - log().clientHeight;

/** What a line-breaking browser would make of it. */
const natural = (item: HTMLElement) => 40 + 25 * Math.ceil(item.textContent.length / 45);

async function scrollBy(distance: number): Promise<void> {
  log().scrollTop += distance;
  await settled();
}

describe("heights", () => {
  it("are summed up like a list's", () => {
    const heights = new Heights();
    const list: number[] = [];
    for (let place = 0; place < 300; place += 1) {
      list.push((place * 37) % 101);
      heights.push((place * 37) % 101);
      const changed = (place * 13) % list.length;
      list[changed] = place;
      heights.set(changed, place);
    }

    const sums = list.map((_, place) => list.slice(0, place).reduce((all, one) => all + one, 0));
    expect(list.map((_, place) => heights.before(place))).toEqual(sums);
    expect(heights.total).toBe(list.reduce((all, one) => all + one, 0));
    for (const distance of [0, 1, 99, 1_000, heights.total / 2, heights.total - 1]) {
      const place = heights.at(distance);
      expect(heights.before(place)).toBeLessThanOrEqual(distance);
      expect(heights.before(place + 1)).toBeGreaterThan(distance);
    }
  });

  it("have a first and a last entry for what is beyond them", () => {
    const heights = new Heights();
    expect([heights.at(-5), heights.at(9), heights.total]).toEqual([0, 0, 0]);
    for (const height of [10, 20, 30]) heights.push(height);

    expect([-5, 0, 9, 10, 29, 30, 60, 900].map((distance) => heights.at(distance))).toEqual([
      0, 0, 0, 1, 1, 2, 2, 2,
    ]);
    heights.set(7, 10);
    expect(heights.total).toBe(60);
    heights.clear();
    expect([heights.length, heights.total]).toEqual([0, 0]);
  });
});

/** How long a piece of text takes to be shown at the end of so many turns: the median, ms. */
async function shown(length: number): Promise<number> {
  const backend = await open({ transcript: conversation(length) });
  expect(drawn()).toBeLessThan(60);
  const frames: FrameRequestCallback[] = [];
  const frame = vi.spyOn(window, "requestAnimationFrame").mockImplementation((draw) => frames.push(draw));
  const pieces = 200;
  const taken: number[] = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    const begin = performance.now();
    backend.emit({ type: "append", id: length, text: " word", thought: false });
    for (const draw of frames.splice(0)) draw(0);
    flushSync();
    taken.push(performance.now() - begin);
  }
  expect(document.querySelector("#transcript li:last-child")?.textContent).toContain("word word word");
  expect(drawn()).toBeLessThan(60);
  frame.mockRestore();
  cleanup();
  taken.sort((one, other) => one - other);
  return taken[pieces / 2] ?? Infinity;
}

describe("a piece of text", () => {
  it("costs less than half a millisecond in the state, of ten thousand turns", () => {
    const length = 10_000;
    let state = initial(snapshot({ seq: 0, transcript: conversation(length) }));
    const pieces = 500;
    const begin = performance.now();

    for (let piece = 1; piece <= pieces; piece += 1) {
      state = update(state, { seq: piece, type: "append", id: length, text: " word", thought: false });
    }

    expect((performance.now() - begin) / pieces).toBeLessThan(0.5);
    expect(state.transcript.at(-1)?.text).toMatch(/( word){500}$/);
  });

  it("costs under ten thousand turns little more than under a hundred, with few elements", async () => {
    const few = await shown(100);
    const many = await shown(10_000);

    // Both are timed on the machine as it is now; what is left is the length.
    expect(many).toBeLessThan(4 * few);
  });
});

it("isn't drawn anew with everything else that happens", async () => {
  const backend = await open({ transcript: conversation(300) });
  const seen: MutationRecord[] = [];
  const observer = new MutationObserver((records) => seen.push(...records));
  observer.observe(log(), { subtree: true, childList: true, attributes: true, characterData: true });
  const scrolled = vi.spyOn(Element.prototype, "scrollTop", "get");

  await show(
    backend,
    { type: "levels", input: -20, output: -30 },
    { type: "phase", phase: "speaking", latched: false },
  );

  expect(seen).toEqual([]);
  expect(scrolled).not.toHaveBeenCalled();
  observer.disconnect();
});

describe("ten thousand turns", () => {
  const layout = { height: 600, of: natural };
  beforeEach(() => {
    layout.height = 600;
    layout.of = natural;
    layOut(layout);
  });

  it("begin at their end, and have few elements wherever the reader goes", async () => {
    await open({ transcript: conversation(10_000) });
    expect(atEnd()).toBe(0);
    expect(topOf(10_000)).not.toBeNull();

    for (const place of [0.9, 0.5, 0.2, 0]) {
      log().scrollTop = log().scrollHeight * place;
      await settled();
      expect(drawn()).toBeLessThan(80);
      const frame = log().getBoundingClientRect();
      const rects = [...document.querySelectorAll("#transcript li")].map((item) =>
        item.getBoundingClientRect(),
      );
      expect(rects[0]?.top).toBeLessThanOrEqual(frame.top);
      expect(rects.at(-1)?.bottom).toBeGreaterThanOrEqual(frame.bottom);
    }
    expect(topOf(1)).toBe(0);
    expect(document.querySelector("#transcript li")?.getAttribute("aria-setsize")).toBe("10000");
  });

  it("scroll up evenly, although heights are guessed until they are seen", async () => {
    await open({ transcript: conversation(2_000) });

    for (let step = 0; step < 25; step += 1) {
      const items = [...document.querySelectorAll("#transcript li")];
      const seen = items.find((item) => item.getBoundingClientRect().bottom > 200);
      const id = Number(seen?.getAttribute("aria-posinset"));
      const before = topOf(id) ?? NaN;
      await scrollBy(-150);
      expect(topOf(id)).toBeCloseTo(before + 150, 0);
    }
  });

  it("are found in, wherever that is", async () => {
    await open({ transcript: conversation(10_000) });
    await userEvent.keyboard("{Control>}f{/Control}");
    await userEvent.type(byId("find"), "Turn 4321.");
    await settled();

    const mark = document.querySelector("mark.current");
    expect(mark?.textContent).toBe("Turn 4321.");
    const { top = -1, bottom = 1e9 } = mark?.getBoundingClientRect() ?? {};
    expect(bottom > 0 && top < 600).toBe(true);
  });

  it("don't lose the keyboard when what had the focus isn't drawn any more", async () => {
    await open({ transcript: conversation(500) });
    const copies = screen.getAllByRole("button", { name: "Copy what was said" });
    copies.at(-1)?.focus();

    log().scrollTop = 0;
    await settled();

    expect(copies.at(-1)?.isConnected).toBe(false);
    expect(document.activeElement).toBe(log());
  });
});

describe("a reader", () => {
  const layout = { height: 600, of: natural };
  const streaming = entry({ id: 301, speaker: "model", text: "It", final: false });
  const more = {
    type: "append",
    id: 301,
    text: " goes on and on and on and on and on.",
    thought: false,
  } as const;
  beforeEach(() => {
    layout.height = 600;
    layout.of = natural;
    layOut(layout);
  });

  it("at the end sees each new word", async () => {
    const backend = await open({ transcript: conversation(300) });

    await show(backend, { type: "entry", entry: streaming });
    for (let piece = 0; piece < 20; piece += 1) {
      await show(backend, more);
      expect(atEnd()).toBe(0);
    }
    expect(screen.queryByRole("button", { name: /New words|Latest/ })).toBeNull();
  });

  it("within a line or two of the end is taken along, further up isn't", async () => {
    const backend = await open({ transcript: conversation(300) });
    await scrollBy(-40);
    await show(backend, { type: "entry", entry: streaming });
    expect(atEnd()).toBe(0);

    await scrollBy(-60);
    const before = topOf(300);
    for (let piece = 0; piece < 10; piece += 1) await show(backend, more);

    expect(topOf(300)).toBe(before);
    expect(atEnd()).toBeGreaterThan(60);
    screen.getByRole("button", { name: "New words" });
  });

  it("elsewhere isn't moved by whatever comes, and returns by a button", async () => {
    const backend = await open({ transcript: conversation(300) });
    await scrollBy(-5_000);
    const seen = Number(
      document.querySelector("#transcript li:nth-child(14)")?.getAttribute("aria-posinset"),
    );
    const before = topOf(seen);
    screen.getByRole("button", { name: "Latest" });

    await show(backend, { type: "entry", entry: streaming }, more, {
      type: "entry",
      entry: { ...streaming, final: true },
    });
    expect(topOf(seen)).toBe(before);

    await userEvent.click(screen.getByRole("button", { name: "New words" }));
    await settled();
    expect(atEnd()).toBe(0);
    expect(screen.queryByRole("button", { name: /New words|Latest/ })).toBeNull();
  });

  it("keeps the place when the window changes its size", async () => {
    const observers: ResizeObserverCallback[] = [];
    vi.stubGlobal(
      "ResizeObserver",
      class {
        constructor(callback: ResizeObserverCallback) {
          observers.push(callback);
        }
        observe(): void {}
        unobserve(): void {}
        disconnect(): void {}
      },
    );
    const resized = async () => {
      for (const observer of observers) observer([], {} as ResizeObserver);
      await settled();
    };
    try {
      await open({ transcript: conversation(300) });
      layout.height = 300;
      await resized();
      expect(atEnd()).toBe(0);

      await scrollBy(-5_000);
      const items = [...document.querySelectorAll("#transcript li")];
      const top = items.find((item) => item.getBoundingClientRect().bottom > 0);
      const id = Number(top?.getAttribute("aria-posinset"));
      const before = topOf(id);
      // Narrower: every line breaks twice as often.
      layout.of = (item) => natural(item) * 2;
      await resized();

      expect(topOf(id)).toBe(before);
      expect(drawn()).toBeLessThan(60);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("begins anew with a cleared conversation", async () => {
    const backend = await open({ transcript: conversation(300) });
    await scrollBy(-5_000);

    await show(backend, { type: "cleared" });
    expect(screen.queryByRole("button", { name: /New words|Latest/ })).toBeNull();
    await show(backend, { type: "entry", entry: entry({ id: 400, text: "Hello again" }) });

    expect(drawn()).toBe(1);
    expect(topOf(1)).toBe(0);
  });
});
