// What a person does in the window: start, talk, read.


import { say } from './sound.mjs';

/** How long an answer may take, ms: the demo's guide speaks in real time. */
const ANSWER_LIMIT = 90_000;

/** What the application is doing, in its own word. */
export function phase(application) {
  return application.run('return document.querySelector("main")?.dataset.phase');
}

/** Waits for one of some phases. */
export function waitForPhase(application, ...phases) {
  return application.waitFor(
    `the phase ${phases.join(' or ')}`,
    async () => phases.includes(await phase(application)),
    ANSWER_LIMIT,
  );
}

/** Both sides as they stand in the window: `[{ speaker, text }]`. */
export function transcript(application) {
  return application.run(`
    return [...document.querySelectorAll('#transcript [data-speaker]')].map((entry) => ({
      speaker: entry.dataset.speaker,
      text: [...entry.children].filter((part) => !part.matches('.who, .thought')).map((part) => part.textContent.trim()).join(' '),
    }));
  `);
}

/** From the first page to a greeting that has been heard. */
export async function tryDemo(application) {
  await application.click('#try-demo');
  await application.waitFor('the greeting', async () =>
    (await transcript(application)).some((entry) => entry.speaker === 'model' && entry.text),
    ANSWER_LIMIT,
  );
  await waitForPhase(application, 'ready');
}

/**
 * Holds the talk button while a WAV file is spoken into the microphone, and waits until the answer has been heard.
 * Returns the entries this added to the transcript.
 */
export async function talk(application, file, { whileListening, whileSpeaking, feed } = {}) {
  const before = (await transcript(application)).length;
  const button = await application.find('#talk');
  await application.driver.actions().move({ origin: button }).press().perform();
  try {
    await waitForPhase(application, 'listening');
    await whileListening?.();
    await say(file, feed);
  } finally {
    await application.driver.actions().release().perform();
  }
  await waitForPhase(application, 'speaking');
  await whileSpeaking?.();
  await waitForPhase(application, 'ready');
  return application.waitFor('both sides to appear', async () => {
    const added = (await transcript(application)).slice(before);
    const both = ['user', 'model'].every((speaker) => added.some((entry) => entry.speaker === speaker && entry.text));
    return both ? added : undefined;
  });
}

