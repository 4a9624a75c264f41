import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import type { Persona } from "../src/bindings/Persona";
import { ALL_FIELDS, differences, groupOf, KEPT, leaves, patchTo } from "../src/groups";
import { messages } from "../src/i18n";
import { duplicated, freeName } from "../src/personas";
import { folded, matches } from "../src/search";
import { features, settings, sound } from "./fakeBackend";
import { choices, choose, enter, input, offers, openSettings, patches, select } from "./settingsWindow";
import { byId, settled, violations } from "./window";

// Looking through the whole page for what stands in somebody's way takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const anna: Persona = { id: "a", name: "Anna", instruction: "Be brief.", voice: "Kore" };
const ben: Persona = { id: "b", name: "Ben", instruction: "Be kind.", voice: null };
const everything = features({
  language: true,
  thinkingLevels: ["low"],
  thinkingBudget: true,
  thoughts: true,
  affectiveDialog: true,
  proactiveAudio: true,
  translation: true,
});

/** The settings with all there is to set. */
function openAll(language: "en" | "ja" = "en") {
  const chosen = settings({
    language,
    service: "custom",
    inputDevice: "pulse:usb-headset",
    outputDevice: "pulse:builtin",
    network: { proxy: "http://proxy:3128", caFile: null },
    personas: [anna, ben],
  });
  const model = { id: chosen.model, label: "A model", note: null, accepts: everything };
  return openSettings({ settings: chosen, models: [model] });
}

async function search(words: string): Promise<void> {
  await userEvent.clear(input("search-settings"));
  if (words !== "") await userEvent.type(input("search-settings"), words);
  await settled();
}

const isShown = (element: Element) => element.closest("[data-unmatched], [hidden]") === null;
const headings = () =>
  [...document.querySelectorAll("dialog :is(h3, h4)")]
    .filter((heading) => isShown(heading) && !heading.closest("summary[hidden]"))
    .map((heading) => heading.textContent);

describe("a search", () => {
  it.each(["en", "ja"] as const)(
    "finds every control by its own label in %s",
    async (language) => {
      await openAll(language);
      const labels = [...document.querySelectorAll<HTMLElement>("dialog .body :is(label, .label)")];
      expect(labels.length).toBeGreaterThan(60);

      for (const label of labels) {
        const field = input("search-settings");
        field.value = label.textContent.trim();
        field.dispatchEvent(new Event("input", { bubbles: true }));
        await settled();
        expect(isShown(label), label.textContent).toBe(true);
      }
    },
    60_000,
  );

  it("marks every control of the page as part of a setting", async () => {
    await openAll();
    const controls = [
      ...document.querySelectorAll("dialog .body :is(input, select, textarea), dialog .body button[id]"),
    ];
    const lost = controls.filter(
      (control) => !control.closest("[data-setting], .control, [role=radiogroup]"),
    );

    // Whatever has an id can be looked for.
    expect(lost.map((control) => control.id)).toEqual([]);
  });

  it("shows what matches under its headings, and nothing else", async () => {
    await openAll();

    await search("rumble");

    expect(headings()).toEqual(["Sound", "Echo and noise"]);
    expect(isShown(byId("high-pass"))).toBe(true);
    expect(isShown(byId("gain-control"))).toBe(false);
    expect(byId("search-settings-found").textContent).toBe("1 setting found");
  });

  it("looks at explanations, choices and other words", async () => {
    await openAll();
    for (const [words, id] of [
      ["last syllable", "release-tail"],
      ["charon", "voice"],
      ["dark mode", "theme"],
      ["ptt", "hold-threshold"],
    ] as const) {
      await search(words);
      expect(isShown(byId(id)), words).toBe(true);
    }
  });

  it("finds Japanese in any kana and width", async () => {
    await openAll("ja");
    for (const words of ["マイク", "まいく", "ﾏｲｸ"]) {
      await search(words);
      expect(isShown(byId("input-device")), words).toBe(true);
    }
  });

  it("says when there is nothing, and gives everything back", async () => {
    await openAll();

    await search("zebra");
    screen.getByText("Nothing found", { selector: ".nothing-title" });
    expect(headings()).toEqual([]);

    await userEvent.click(screen.getByRole("button", { name: "Show all settings" }));
    await settled();
    expect(document.querySelectorAll("[data-unmatched]")).toHaveLength(0);
    expect(document.activeElement).toBe(input("search-settings"));
  });

  it("is begun by Ctrl+F, emptied by Esc, and only then Esc closes", async () => {
    await openAll();
    byId("theme").focus();

    await userEvent.keyboard("{Control>}f{/Control}noise");
    await settled();
    expect(document.activeElement).toBe(input("search-settings"));
    await userEvent.keyboard("{Escape}");
    await settled();
    expect(input("search-settings").value).toBe("");
    within(document.body).getByRole("dialog");

    await userEvent.keyboard("{Escape}");
    await settled();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("compares without case, accents and widths, by every word", () => {
    expect(folded("  Résumé　ＡＢＣ ")).toBe("resume abc");
    expect(folded("ガギグ")).toBe(folded("ｶﾞｷﾞｸﾞ"));
    expect(matches("Take out the echo", "ECHO take")).toBe(true);
    expect(matches("Take out the echo", "echo noise")).toBe(false);
  });

  it.each(["en", "ja"] as const)("knows other words for controls that exist only (%s)", async (language) => {
    await openAll(language);
    const missing = Object.keys(messages(language).preferences.synonyms).filter(
      (id) => !offers(id) && document.getElementsByName(id).length === 0,
    );
    expect(missing).toEqual([]);
  });

  it.each(["en", "ja"] as const)(
    "has nothing in the way of anybody in %s",
    async (language) => {
      await openAll(language);
      await search(language === "en" ? "voice" : "声");
      expect(await violations()).toEqual([]);
      await search("zebra");
      expect(await violations()).toEqual([]);
    },
    30_000,
  );
});

describe("with room for two", () => {
  const wide = () =>
    Object.defineProperty(window, "matchMedia", {
      configurable: true,
      writable: true,
      value: (query: string) =>
        Object.assign(new EventTarget(), { matches: query.includes("min-width"), media: query }),
    });

  it("groups stand at the side and one is shown", async () => {
    const narrow = window.matchMedia;
    wide();
    try {
      await openAll();
      expect(headings()).toEqual(["Talking"]);

      await userEvent.click(screen.getByRole("button", { name: "Sound" }));
      await settled();

      expect(headings()).toEqual(["Sound", "Echo and noise"]);
      expect(screen.getByRole("button", { name: "Sound" }).getAttribute("aria-current")).toBe("page");
      expect(await violations()).toEqual([]);

      await userEvent.keyboard("{ArrowDown}");
      expect(document.activeElement?.textContent.trim()).toBe("Model and voice");
    } finally {
      window.matchMedia = narrow;
    }
  });
});

describe("personas", () => {
  it("are added from a suggestion, in the user's language, and begun at their name", async () => {
    const backend = await openSettings();
    expect(choices("persona-template")).toEqual([
      "Empty",
      "Short answers",
      "Language partner",
      "Interviewer",
    ]);

    await choose("persona-template", "Short answers");
    await userEvent.click(byId("add-persona"));
    await settled();

    const [added] = backend.snapshot.settings.personas;
    expect(added).toMatchObject({ name: "Short answers", voice: null });
    expect(document.activeElement?.id).toBe(`persona-${added?.id}-name`);
  });

  it("are changed part by part", async () => {
    const backend = await openSettings({ settings: settings({ personas: [anna, ben] }) });
    await userEvent.click(screen.getByRole("button", { name: "Edit Ben" }));

    await enter("persona-b-name", "Bea");
    await enter("persona-b-instruction", "Be bold.");
    await choose("persona-b-voice", "Puck · Upbeat");

    const bea = { id: "b", name: "Bea", instruction: "Be bold.", voice: "Puck" };
    expect(backend.snapshot.settings.personas).toEqual([anna, bea]);
  });

  it("keep their name rather than have none", async () => {
    const backend = await openSettings({ settings: settings({ personas: [anna] }) });
    await userEvent.click(screen.getByRole("button", { name: "Edit Anna" }));

    await enter("persona-a-name", "");

    expect(backend.snapshot.settings.personas).toEqual([anna]);
  });

  it("are chosen, or none is", async () => {
    const backend = await openSettings({ settings: settings({ personas: [anna] }) });

    await choose("persona", "Anna");
    await choose("persona", "No persona");

    expect(patches(backend)).toEqual([{ persona: "a" }, { persona: null }]);
  });

  it("are duplicated under another name", async () => {
    const backend = await openSettings({ settings: settings({ personas: [anna, ben] }) });

    await userEvent.click(screen.getByRole("button", { name: "Duplicate Anna" }));
    await settled();

    expect(backend.snapshot.settings.personas.map(({ name }) => name)).toEqual(["Anna", "Anna 2", "Ben"]);
    expect(freeName([anna], "x".repeat(90))).toHaveLength(80);
    expect(duplicated([anna], "a", "c")[1]).toEqual({ ...anna, id: "c", name: "Anna 2" });
  });

  it("that are deleted can be had back, as chosen as before", async () => {
    const backend = await openSettings({ settings: settings({ personas: [anna, ben], persona: "a" }) });

    await userEvent.click(screen.getByRole("button", { name: "Delete Anna" }));
    await settled();
    expect(backend.snapshot.settings).toMatchObject({ personas: [ben], persona: null });
    expect(document.activeElement).toBe(byId("undo-persona"));

    await userEvent.click(byId("undo-persona"));
    await settled();
    expect(backend.snapshot.settings).toMatchObject({ personas: [anna, ben], persona: "a" });
  });

  it("are said to count where the ordinary instruction and voice are", async () => {
    await openSettings({ settings: settings({ service: "gemini", personas: [anna], persona: "a" }) });

    screen.getByText(/The persona “Anna” answers/);
  });

  it("show a hostile name as text", async () => {
    await openSettings({
      settings: settings({ personas: [{ ...anna, name: "<img src=x onerror=alert(1)>" }] }),
    });

    expect(document.querySelector("dialog img")).toBeNull();
  });

  it.each(["en", "ja"] as const)("stand in nobody's way in %s", async (language) => {
    await openSettings({ settings: settings({ language, personas: [anna, ben], persona: "a" }) });
    document.querySelector<HTMLElement>("[data-persona=a] [data-do=edit]")?.click();
    document.querySelector<HTMLElement>("[data-persona=b] [data-do=delete]")?.click();
    await settled();

    expect(await violations()).toEqual([]);
  });
});

describe("a reset", () => {
  it("takes back every setting but what is kept, each once", () => {
    const named = [...ALL_FIELDS, ...KEPT].flatMap((path) =>
      leaves(settings()).filter((leaf) => leaf === path || leaf.startsWith(`${path}.`)),
    );

    expect(named.sort()).toEqual(leaves(settings()).sort());
  });

  it("of a group leaves the others, and can be undone", async () => {
    const changed = settings({
      holdThresholdMs: 900,
      theme: "dark",
      sound: sound({ cues: false, highPass: false }),
    });
    const backend = await openSettings({ settings: changed });

    await userEvent.click(
      within(byId("hold-threshold").closest("details") ?? document.body).getByRole("button", {
        name: "Restore this group's defaults",
      }),
    );
    await settled();
    expect(patches(backend)).toEqual([{ holdThresholdMs: 350, sound: sound({ highPass: false }) }]);

    await userEvent.click(screen.getByRole("button", { name: "Undo the reset" }));
    await settled();
    expect(backend.snapshot.settings).toEqual(changed);
  });

  it("isn't offered where nothing differs", async () => {
    await openSettings();

    expect(document.querySelector("[data-reset=talking]")).toBeNull();
  });

  it("of everything asks first, and keeps personas unless told", async () => {
    const backend = await openSettings({
      settings: settings({ theme: "dark", personas: [anna], persona: "a" }),
    });

    await userEvent.click(byId("reset-all"));
    expect(document.activeElement).toBe(byId("reset-all-cancel"));
    await userEvent.click(byId("reset-all-cancel"));
    expect(patches(backend)).toEqual([]);

    await userEvent.click(byId("reset-all"));
    await userEvent.click(byId("reset-all-confirm"));
    await settled();
    expect(patches(backend)).toEqual([{ theme: "system", language: "system" }]);

    await userEvent.click(byId("reset-all"));
    await userEvent.click(byId("reset-personas"));
    await userEvent.click(byId("reset-all-confirm"));
    expect(patches(backend)[1]).toEqual({ personas: [], persona: null });
    expect(backend.callsOf("setApiKey")).toEqual([]);
  });
});

describe("settings taken along", () => {
  it("go into a file, whose place is told", async () => {
    await openSettings();

    await userEvent.click(byId("export-settings"));
    await settled();

    screen.getByText("Saved as /home/anna/Downloads/vivavoce-settings.json");
  });

  it("that can't be saved are told", async () => {
    const backend = await openSettings();
    backend.refuse("exportSettings", { code: "invalid", field: "", detail: "no space" });

    await userEvent.click(byId("export-settings"));
    await settled();

    screen.getByText(/could not be saved/);
  });

  it("come from a file, and count once they were looked at", async () => {
    const backend = await openSettings();
    const text = JSON.stringify({ theme: "dark", sound: sound({ cues: false }), holdThresholdMs: 500 });

    await userEvent.upload(input("import-file"), new File([text], "s.json", { type: "application/json" }));
    await settled();
    await settled();
    screen.getByText("3 settings would change");
    screen.getByText("Talking: 2");
    expect(patches(backend)).toEqual([]);

    await userEvent.click(byId("take-import"));
    await settled();
    expect(patches(backend)).toEqual([
      { theme: "dark", sound: sound({ cues: false }), holdThresholdMs: 500 },
    ]);
  });

  it("that send words elsewhere or run something are pointed out", async () => {
    await openSettings();

    await paste({
      access: { ...settings().access, tokenCommand: "curl evil" },
      unusable: ["mode"],
      version: 9,
    });

    screen.getByText(/names a command that this computer would run/);
    screen.getByText(/can't be: mode/);
    screen.getByText(/newer version/);
    expect(await violations()).toEqual([]);
  });

  it("that are none are refused, and those that change nothing are said to", async () => {
    const backend = await openSettings();

    await paste({});
    screen.getByText("Nothing would change");
    expect(offers("take-import")).toBe(false);

    backend.refuse("readSettings", { code: "invalid", field: "import", detail: "it is not a JSON object" });
    await userEvent.click(byId("read-import"));
    await settled();
    expect(screen.getByRole("alert").textContent).toBe("These are no settings of Vivavoce.");
  });

  it("differ by what they hold, and are found in a group", () => {
    const other = settings({ theme: "dark", personas: [anna], network: { caFile: null, proxy: null } });

    expect(differences(settings(), other)).toEqual(["personas", "theme"]);
    expect(["personas", "theme", "sound.cues", "generation.seed"].map(groupOf)).toEqual([
      "personas",
      "appearance",
      "talking",
      "model",
    ]);
    expect(patchTo(other, settings(), ["theme", "network"])).toEqual({ theme: "dark" });
  });

  async function paste(fields: object): Promise<void> {
    const field = byId<HTMLTextAreaElement>("import-text");
    await userEvent.clear(field);
    await userEvent.click(field);
    await userEvent.paste(JSON.stringify(fields));
    await userEvent.click(byId("read-import"));
    await settled();
  }
});

it("a file that was read in part is told in the window, with its fields", async () => {
  const { problem } = await import("./fakeBackend");
  const told = problem({ code: "settingsPartlyUnreadable", advice: "none", detail: "mode, sound.cues" });
  await openSettings({ problem: told });

  screen.getByText("These make no sense in their file: mode, sound.cues.");
  expect(select("theme")).toBeDefined();
});
