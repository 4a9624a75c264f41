// Sizes for the conversation, which jsdom draws without any: entries below each other in a frame that scrolls.

import { vi } from "vitest";

interface Layout {
  /** The height of the frame, px; may change. */
  height: number;
  /** The height of an entry, px; may change. */
  of: (entry: HTMLElement) => number;
}

const isFrame = (element: Element) => element.id === "transcript";

/** Lays out what is drawn from now on, until the end of the test. */
export function layOut(layout: Layout): void {
  let scrolled = 0;
  const list = () => document.querySelector<HTMLElement>("#transcript ol");
  const padding = (side: "Start" | "End") => parseFloat(list()?.style[`paddingBlock${side}`] ?? "") || 0;
  const items = () => [...(list()?.children ?? [])] as HTMLElement[];
  const sum = (entries: HTMLElement[]) => entries.reduce((all, entry) => all + layout.of(entry), 0);
  const full = () => padding("Start") + sum(items()) + padding("End");
  const most = () => Math.max(0, full() - layout.height);

  const own = {
    scrollHeight: (element: Element) => (isFrame(element) ? Math.max(full(), layout.height) : 0),
    clientHeight: (element: Element) => (isFrame(element) ? layout.height : 0),
  };
  for (const [name, measure] of Object.entries(own)) {
    vi.spyOn(Element.prototype, name as "clientHeight", "get").mockImplementation(function (this: Element) {
      return measure(this);
    });
  }
  vi.spyOn(Element.prototype, "scrollTop", "get").mockImplementation(() => Math.min(scrolled, most()));
  vi.spyOn(Element.prototype, "scrollTop", "set").mockImplementation(function (this: Element, top: number) {
    if (!isFrame(this)) return;
    const before = Math.min(scrolled, most());
    scrolled = Math.max(0, Math.min(top, most()));
    if (scrolled !== before) this.dispatchEvent(new Event("scroll"));
  });
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
    if (isFrame(this)) return new DOMRect(0, 0, 400, layout.height);
    const top = -Math.min(scrolled, most());
    if (this === list()) return new DOMRect(0, top, 400, full());
    const item = this.closest<HTMLElement>("#transcript li");
    if (item === null) return new DOMRect();
    const place = items().indexOf(item);
    const begins = top + padding("Start") + sum(items().slice(0, place));
    return new DOMRect(0, begins, 400, layout.of(item));
  });
}

/** Where an entry is in the frame, px below its top; null if it isn't drawn. */
export function topOf(id: number): number | null {
  const item = [...document.querySelectorAll("#transcript li")].find(
    (one) => one.getAttribute("aria-posinset") === String(id),
  );
  return item?.getBoundingClientRect().top ?? null;
}
