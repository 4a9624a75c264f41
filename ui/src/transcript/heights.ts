// Heights of many entries, and where each of them begins: every question takes as many steps as their number has digits.

/** Sums of heights, in a binary indexed tree. Heights are in CSS pixels. */
export class Heights {
  #sizes: number[] = [];
  /** `#tree[i]` is the sum of the heights that end at entry `i - 1` and are as many as the lowest bit of `i`. */
  #tree: number[] = [0];

  get length(): number {
    return this.#sizes.length;
  }

  /** The height of them all. */
  get total(): number {
    return this.before(this.length);
  }

  of(place: number): number {
    return this.#sizes[place] ?? 0;
  }

  clear(): void {
    this.#sizes = [];
    this.#tree = [0];
  }

  push(height: number): void {
    this.#sizes.push(height);
    const end = this.length;
    this.#tree.push(this.before(end - 1) - this.before(end - lowestBit(end)) + height);
  }

  set(place: number, height: number): void {
    const grown = height - this.of(place);
    if (place >= this.length || grown === 0) return;
    this.#sizes[place] = height;
    for (let end = place + 1; end <= this.length; end += lowestBit(end)) {
      this.#tree[end] = (this.#tree[end] ?? 0) + grown;
    }
  }

  /** The height of the first `count` entries: where the next one begins. */
  before(count: number): number {
    let sum = 0;
    for (let end = Math.min(count, this.length); end > 0; end -= lowestBit(end)) sum += this.#tree[end] ?? 0;
    return sum;
  }

  /** The entry at this distance from the top; the first or the last one beyond them. */
  at(distance: number): number {
    let place = 0;
    let left = distance;
    for (let step = highestBit(this.length); step > 0; step >>= 1) {
      const height = this.#tree[place + step];
      if (height !== undefined && height <= left) {
        place += step;
        left -= height;
      }
    }
    return Math.max(0, Math.min(place, this.length - 1));
  }
}

function lowestBit(value: number): number {
  return value & -value;
}

function highestBit(value: number): number {
  return value === 0 ? 0 : 1 << (31 - Math.clz32(value));
}
