// Which entries of a conversation are drawn, and where the reader is. Only what can be seen and a little around it has
// elements; the rest is room above and below. Heights are guessed until they have been measured, and whatever turns out
// otherwise, the words that are being read stay where they are.

import { Heights } from "./heights";

/** Conversations that short are drawn whole. */
const WHOLE = 60;

/** How much is drawn above and below what can be seen, in CSS pixels. */
const MARGIN = 800;

/** The reader is at the end if it is no farther than two lines, in CSS pixels. */
const NEAR = 48;

/** The height of a window that isn't shown anywhere, in CSS pixels. */
const UNSEEN = 800;

interface Drawn {
  id: number;
  text: string;
}

export class Viewport {
  /** The first entry that is drawn. */
  first = $state(0);
  /** The first entry after it that isn't. */
  end = $state(0);
  /** The reader is at the end and wants to stay there. */
  following = $state(true);
  /** Words have come at the end while the reader was elsewhere. */
  fresh = $state(false);

  #heights = new Heights();
  #firstId: number | null = null;
  #newest: Drawn | null = null;
  #scroller: HTMLElement | null = null;
  #list: HTMLElement | null = null;
  /** The entry at the top of what is seen, and how much of it is above. */
  #anchor = { place: 0, above: 0 };
  /** The width of the lines, as they were last measured. */
  #width = 0;
  #room = { above: 0, below: 0 };
  /** Where the scroller was last: elsewhere it is by the reader's doing. */
  #seen = 0;
  /** How large it was then: with another size it may have been moved by the browser. */
  #size = { width: 0, height: 0 };

  /** The elements to look at, until the function that this returns is called. */
  attach(scroller: HTMLElement, list: HTMLElement): () => void {
    this.#scroller = scroller;
    this.#list = list;
    this.#room = { above: 0, below: 0 };
    const observer = new ResizeObserver(() => {
      this.settle();
    });
    observer.observe(scroller);
    observer.observe(list);
    this.settle();
    return () => {
      observer.disconnect();
      this.#scroller = null;
      this.#list = null;
    };
  }

  /** The conversation as it is now; to be told before it is drawn. */
  take(entries: readonly Drawn[]): void {
    this.#notice();
    const newest = entries.at(-1) ?? null;
    if (entries.length < this.#heights.length || this.#firstId !== (entries[0]?.id ?? null)) {
      this.#heights.clear();
      this.#firstId = entries[0]?.id ?? null;
      this.following = true;
    }
    for (const entry of entries.slice(this.#heights.length)) this.#heights.push(guess(entry));
    if (newest !== this.#newest && !this.following) this.fresh = true;
    if (this.following) this.fresh = false;
    this.#newest = newest;
    this.#choose();
  }

  /** What was drawn has its size now: room and place are made to fit. */
  settle(): void {
    const list = this.#list;
    if (list === null) return;
    this.#notice();
    const before = this.#heights.of(this.#anchor.place);
    for (const { place, box } of this.#drawn()) if (box.height > 0) this.#heights.set(place, box.height);
    const width = list.clientWidth;
    if (width !== this.#width) {
      // All lines break elsewhere: what was read is as far down as before, but in its own new height.
      if (this.#width > 0 && before > 0) this.#anchor.above *= this.#heights.of(this.#anchor.place) / before;
      this.#width = width;
    }
    this.#makeRoom(list);
    this.#place();
    this.#choose();
  }

  /** The scroller has scrolled. */
  scrolled(): void {
    this.#notice();
    this.#choose();
  }

  toEnd(): void {
    this.following = true;
    this.fresh = false;
    this.#choose();
    this.settle();
  }

  /** The first entry that can be seen. */
  get top(): number {
    return this.#heights.at(this.#top());
  }

  /** Brings an entry into view, and among those that are drawn. */
  reveal(place: number): void {
    this.following = false;
    this.#anchor = { place, above: -NEAR };
    this.#place();
    this.#choose();
  }

  /** Brings an element of a drawn entry into the middle, unless it can be seen well. */
  centre(element: Element): void {
    const scroller = this.#scroller;
    if (scroller === null) return;
    const frame = scroller.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    if (box.top < frame.top + NEAR || box.bottom > frame.bottom - NEAR) {
      scroller.scrollTop += box.top + box.height / 2 - (frame.top + frame.height / 2);
      this.#seen = scroller.scrollTop;
    }
    this.#hold();
    this.#choose();
  }

  /** What isn't drawn has its room all the same. */
  #makeRoom(list: HTMLElement): void {
    const above = this.#heights.before(this.first);
    const below = this.#heights.total - this.#heights.before(this.end);
    if (above === this.#room.above && below === this.#room.below) return;
    this.#room = { above, below };
    list.style.paddingBlockStart = `${String(above)}px`;
    list.style.paddingBlockEnd = `${String(below)}px`;
  }

  #height(): number {
    return this.#scroller?.clientHeight || UNSEEN;
  }

  /** Where in the list what is seen begins, or will once it is at the end. */
  #top(): number {
    return this.following ? this.#heights.total - this.#height() : this.#scrolled();
  }

  /** How far the list's beginning is above what is seen. */
  #scrolled(): number {
    return this.#scroller === null ? 0 : this.#scroller.scrollTop - this.#origin();
  }

  /** Where the list begins in what is scrolled. */
  #origin(): number {
    if (this.#scroller === null || this.#list === null) return 0;
    const inner = this.#list.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
    return inner - this.#scroller.clientTop + this.#scroller.scrollTop;
  }

  /** The reader has scrolled, perhaps; the event that says so may come only after the next thing to be drawn. */
  #notice(): void {
    const scroller = this.#scroller;
    if (scroller === null) return;
    const { clientWidth: width, clientHeight: height } = scroller;
    const resized = width !== this.#size.width || height !== this.#size.height;
    this.#size = { width, height };
    if (Math.abs(scroller.scrollTop - this.#seen) < 1) return;
    this.#seen = scroller.scrollTop;
    // Whoever was at the end is taken there again as soon as everything has its new size.
    if (resized && this.following) return;
    this.following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    if (this.following) this.fresh = false;
    this.#hold();
  }

  /** What is at the top now is what stays there. */
  #hold(): void {
    const top = this.#scroller?.getBoundingClientRect().top ?? 0;
    const seen = this.#drawn().find(({ box }) => box.top <= top && box.bottom > top);
    if (seen !== undefined) {
      this.#anchor = { place: seen.place, above: top - seen.box.top };
      return;
    }
    const scrolled = this.#scrolled();
    const place = this.#heights.at(scrolled);
    this.#anchor = { place, above: scrolled - this.#heights.before(place) };
  }

  /** The entries that have elements now, and where those are. */
  #drawn(): { place: number; box: DOMRect }[] {
    return [...(this.#list?.children ?? [])].map((element) => ({
      place: Number(element.getAttribute("aria-posinset")) - 1,
      box: element.getBoundingClientRect(),
    }));
  }

  #place(): void {
    const scroller = this.#scroller;
    if (scroller === null) return;
    const { place, above } = this.#anchor;
    const wanted = this.following
      ? scroller.scrollHeight
      : this.#origin() + this.#heights.before(place) + above;
    if (Math.abs(wanted - scroller.scrollTop) < 1) return;
    scroller.scrollTop = wanted;
    this.#seen = scroller.scrollTop;
  }

  #choose(): void {
    const { length } = this.#heights;
    if (length <= WHOLE) {
      this.first = 0;
      this.end = length;
      return;
    }
    const [least, most] = [this.#around(MARGIN / 2), this.#around(2 * MARGIN)];
    const covers = this.first <= least.first && this.end >= least.end;
    // Not with every pixel, and not to and fro as heights become known.
    if (covers && this.first >= most.first && this.end <= most.end) return;
    const { first, end } = this.#around(MARGIN);
    this.first = first;
    this.end = end;
  }

  /** The entries that are seen, and those that far above and below. */
  #around(margin: number): { first: number; end: number } {
    const top = this.#top();
    return {
      first: this.#heights.at(top - margin),
      end: this.#heights.at(top + this.#height() + margin) + 1,
    };
  }
}

/** A height for what hasn't been drawn yet, in CSS pixels: lines of about sixty letters. */
function guess({ text }: Drawn): number {
  return 54 + 26 * Math.min(70, Math.ceil(text.length / 60));
}
