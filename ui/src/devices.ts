// Devices in the order in which they are wanted, and what they are called.

/** Most devices that can be preferred after the chosen one. */
export const MOST_PREFERENCES = 16;

/** The chosen device and then the preferred ones, each once. */
export function orderOf(chosen: string | null, preferences: string[]): string[] {
  return chosen === null ? [] : [...new Set([chosen, ...preferences])];
}

/** The order with the device at `place` moved by so many places. */
export function moved(order: string[], place: number, by: number): string[] {
  const id = order[place];
  return id === undefined ? order : order.toSpliced(place, 1).toSpliced(place + by, 0, id);
}

/**
 * What to call a device that nobody has named since the program began: the readable part of its id, which systems make of the
 * maker's and the model's names (`pulse:alsa_input.usb-Jabra_EVOLVE_20-00.mono-fallback`).
 */
export function nameFromId(id: string): string {
  const whole = id.slice(id.indexOf(":") + 1);
  const words = whole
    .replace(/^(?:alsa|bluez)_(?:input|output|card|source|sink)\./, "")
    .replace(/\.(?:mono|analog|stereo|iec958|hdmi|pro|headset|a2dp|[\d-]+)[\w-]*$/, "")
    .replace(/^(?:usb|pci|platform)-/, "")
    .replace(/-\d+$/, "")
    .replaceAll("_", " ")
    .trim();
  return words || whole;
}
