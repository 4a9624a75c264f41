// Addresses in what was said. What isn't surely an address of the web is text.

/** Up to the first character that no address has unescaped. What can't be seen ends one, too. */
export const ADDRESS = /https?:\/\/[^\s<>"'`{}|\\^\p{C}\u3000-\u303f\uff00-\uff0f]+/iu;

/** The part of `found` that is the address, without the punctuation of the sentence around it. */
export function trimmed(found: string): string {
  let address = found;
  for (;;) {
    const last = address.at(-1) ?? "";
    const opening = { ")": "(", "]": "[" }[last];
    const closes = opening !== undefined && count(address, last) > count(address, opening);
    if (!closes && !/[.,;:!?*_~…]/u.test(last)) return address;
    address = address.slice(0, -1);
  }
}

/** Where a link leads, in letters that everybody can tell apart; null if it should stay text. */
export function destination(address: string): URL | null {
  const url = URL.parse?.(address) ?? parsed(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") return null;
  // A name in front of the host is taken for the host.
  return url.username === "" && url.password === "" ? url : null;
}

/** Whether the host is written with letters that are only shown encoded, for they may look like others. */
export function isEncoded(url: URL): boolean {
  return url.hostname.split(".").some((label) => label.startsWith("xn--"));
}

function parsed(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
