// Talking by click, by hold and by key, and cutting an answer short.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { launch, program } from './lib/application.mjs';
import { phase, talk, transcript, waitForPhase } from './lib/conversation.mjs';
import { ENTER, ESCAPE, SPACE, hold, press, release, waitForFocus } from './lib/keyboard.mjs';
import { record, say, speech } from './lib/sound.mjs';

/** What is heard of an answer after it was cut: what the system's buffers hold, and a slow machine's share. */
const LINGERING_MS = 1000;

let application;
let voice;

before(async () => {
  voice = await speech('Good morning! Are you still there?');
  application = await launch(program, { settings: { welcomed: true, service: 'demo' } });
});

afterEach(async () => {
  // Whatever a failed test held down.
  await application.driver.actions().clear();
});

after(() => application?.quit());

test('a click locks the microphone on, the next one ends the turn, and an answer comes', async () => {
  const before = await size();
  await application.click('#talk');
  await waitForPhase(application, 'listening');
  await say(voice);
  assert.equal(await phase(application), 'listening', 'it was let go of long ago, and listens on');
  assert.equal(await isPressed(), true);

  await application.click('#talk');
  await waitForPhase(application, 'speaking');
  assert.equal(await isPressed(), false);
  assert.deepEqual(await bothSides(before), ['user', 'model']);
  await hush();
});

test('a hold listens as long as it lasts, and an answer comes', async () => {
  const added = await talk(application, voice, { whileListening: async () => assert.equal(await isPressed(), true) });
  assert.deepEqual(added.map((entry) => entry.speaker), ['user', 'model']);
});

test('Space is a hold, from wherever nothing is typed', async () => {
  const before = await size();
  await application.run('document.activeElement.blur()');
  await hold(application, SPACE);
  await waitForPhase(application, 'listening');
  await say(voice);
  assert.equal(await phase(application), 'listening');
  await release(application, SPACE);
  await waitForPhase(application, 'speaking');
  assert.deepEqual(await bothSides(before), ['user', 'model']);
  await hush();
});

test('in the message Space is a space, and nothing else', async () => {
  const field = await application.find('#composer');
  await field.sendKeys('Two words');
  assert.equal(await phase(application), 'ready');
  assert.equal(await application.run('return document.querySelector("#composer").value'), 'Two words');
  await field.clear();
});

test('Enter on the button locks the microphone on and off, like a click', async () => {
  const before = await size();
  await application.run('document.querySelector("#talk").focus()');
  await waitForFocus(application, '#talk');
  await press(application, ENTER);
  await waitForPhase(application, 'listening');
  await say(voice);
  assert.equal(await phase(application), 'listening');
  await press(application, ENTER);
  await waitForPhase(application, 'speaking');
  assert.deepEqual(await bothSides(before), ['user', 'model']);
  await hush();
});

test('who talks again while the answer plays is listened to at once, and the transcript tells how far it was heard', async (t) => {
  const speaker = await record(t);
  const before = await size();
  await talkInto(voice);
  await application.waitFor('the answer to be heard', () => speaker.lastSound() > 0);

  const cut = speaker.length();
  const button = await application.find('#talk');
  await application.driver.actions().move({ origin: button }).press().perform();
  await waitForPhase(application, 'listening');
  const marked = await application.waitFor('the mark in the cut answer', () =>
    application.run(
      `const entries = [...document.querySelectorAll('#transcript [data-speaker]')].slice(arguments[0]);
       const cut = entries.find((entry) => entry.dataset.speaker === 'model' && entry.querySelector('.cut'));
       return cut && { mark: cut.querySelector('.cut').textContent, unheard: cut.querySelector('.unheard')?.textContent ?? '' };`,
      before,
    ),
  );
  assert.equal(marked.mark, 'Not heard');
  assert.ok(marked.unheard.length > 0, 'what was never heard is told from the rest');
  await say(voice);
  const { still, after } = { still: await phase(application), after: speaker.lastSound() };
  await application.driver.actions().release().perform();
  assert.equal(still, 'listening');
  assert.ok(after - cut < LINGERING_MS, `the answer was heard for ${after - cut} ms after it was cut`);

  await waitForPhase(application, 'speaking');
  await application.waitFor('the second answer to be heard', () => speaker.lastSound() > cut + LINGERING_MS);
  assert.deepEqual(await bothSides(before), ['user', 'model', 'user', 'model']);
  await hush();
});

test('Esc stops an answer, and nothing more is heard of it', async (t) => {
  const speaker = await record(t);
  const before = await size();
  await talkInto(voice);
  await application.waitFor('the answer to be heard', () => speaker.lastSound() > 0);

  const cut = speaker.length();
  await press(application, ESCAPE);
  await waitForPhase(application, 'ready');
  await application.waitFor('two seconds of what the speaker plays', () => speaker.length() > cut + 2 * LINGERING_MS);
  assert.ok(speaker.lastSound() - cut < LINGERING_MS, `it was heard for ${speaker.lastSound() - cut} ms more`);
  const cutEntry = await application.run(
    `return [...document.querySelectorAll('#transcript [data-speaker=model]')].at(-1).querySelector('.note')?.textContent`,
  );
  assert.equal(cutEntry, 'Interrupted');
  assert.deepEqual(await bothSides(before), ['user', 'model']);
});

/** Holds the button while a file is said, until it is answered. */
async function talkInto(file) {
  const button = await application.find('#talk');
  await application.driver.actions().move({ origin: button }).press().perform();
  await waitForPhase(application, 'listening');
  await say(file);
  await application.driver.actions().release().perform();
  await waitForPhase(application, 'speaking');
}

/** Cuts the answer, of which enough was seen. */
async function hush() {
  await press(application, ESCAPE);
  await waitForPhase(application, 'ready');
}

function isPressed() {
  return application.run('return document.querySelector("#talk").ariaPressed === "true"');
}

async function size() {
  return (await transcript(application)).length;
}

/** Who has said something since there were so many entries, once the last of them has words. */
function bothSides(before) {
  return application.waitFor('both sides to appear', async () => {
    const added = (await transcript(application)).slice(before);
    return added.length >= 2 && added.every((entry) => entry.text) ? added.map((entry) => entry.speaker) : undefined;
  });
}
