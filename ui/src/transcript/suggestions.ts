// The service's search suggestions: HTML of its making, of which only the words of its links and where they lead are taken.

/** Most that are shown. */
const MOST = 10;

export interface Suggestion {
  words: string;
  url: URL;
}

/** The links to a search of Google's. The page is read without being drawn: nothing of it runs, nothing of it is loaded. */
export function suggestionsOf(html: string): Suggestion[] {
  const page = new DOMParser().parseFromString(html, "text/html");
  const links = [...page.querySelectorAll("a[href]")].flatMap((link) => {
    const words = (link.textContent ?? "").replace(/\s+/g, " ").trim();
    const url = searchOf(link.getAttribute("href") ?? "");
    return words === "" || url === null ? [] : [{ words, url }];
  });
  return links.slice(0, MOST);
}

function searchOf(address: string): URL | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const isGoogle = url.hostname === "google.com" || url.hostname.endsWith(".google.com");
  return url.protocol === "https:" && isGoogle && url.username === "" && url.password === "" ? url : null;
}
