// Finding settings by what they say. The page itself is what is searched: there is no second list that could forget one.

/** What counts as one setting: the outermost of these. */
const SETTING = "[data-setting], .control, [role=radiogroup]";
/** Put on what doesn't match; the page's style hides it. */
const UNMATCHED = "data-unmatched";

/** As it is compared: without case, accents, widths, or the difference of the two kana. */
export function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(/\s+/g, " ")
    .trim();
}

/** Whether a text has every word of the query. */
export function matches(text: string, query: string): boolean {
  const within = folded(text);
  return folded(query)
    .split(" ")
    .every((word) => within.includes(word));
}

/**
 * Leaves of a page what matches, with its headings, and tells how many settings that are; all of it for an empty query.
 * `synonyms` are other words for a control, by its id.
 */
export function filter(page: HTMLElement, query: string, synonyms: Readonly<Record<string, string>>): number {
  for (const element of page.querySelectorAll(`[${UNMATCHED}]`)) element.removeAttribute(UNMATCHED);
  if (folded(query) === "") return 0;
  let found = 0;

  const visit = (element: Element, titles: string): boolean => {
    if (element.matches(SETTING)) {
      const shown = matches(`${titles} ${wordsOf(element, synonyms)}`, query);
      if (shown) found += 1;
      element.toggleAttribute(UNMATCHED, !shown);
      return shown;
    }
    const named = element.getAttribute("data-titled");
    const within = named === null ? titles : `${titles} ${named}`;
    const shown = [...element.children].map((child) => visit(child, within)).includes(true);
    // A heading stays as long as what it stands above does.
    if (!element.matches("[data-title]")) element.toggleAttribute(UNMATCHED, !shown);
    return shown;
  };

  for (const group of page.querySelectorAll("[data-group]")) visit(group, "");
  return found;
}

/** Everything a setting says, also to those who don't see it. */
function wordsOf(setting: Element, synonyms: Readonly<Record<string, string>>): string {
  const controls = [
    setting,
    ...setting.querySelectorAll("[id], [name], [aria-label], [placeholder], option"),
  ];
  const more = controls.flatMap((control) => [
    synonyms[control.id],
    synonyms[control.getAttribute("name") ?? ""],
    control.getAttribute("aria-label"),
    control.getAttribute("placeholder"),
    // Where choices stand side by side their names would run together.
    control instanceof HTMLOptionElement ? control.text : null,
  ]);
  return [setting.textContent, ...more].filter((words) => words !== null && words !== undefined).join(" ");
}
