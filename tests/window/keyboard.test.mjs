// The whole first run and a conversation with nothing but a keyboard. Nothing is clicked here.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test as always } from 'node:test';

import { checkAccessibility } from './lib/accessibility.mjs';
import { launch, out } from './lib/application.mjs';
import { phase, transcript, waitForPhase } from './lib/conversation.mjs';
import {
  DOWN,
  ENTER,
  ESCAPE,
  RIGHT,
  SPACE,
  UP,
  back,
  control,
  focused,
  hold,
  press,
  release,
  tabTo,
  waitForFocus,
} from './lib/keyboard.mjs';
import { devices, record, say, speech } from './lib/sound.mjs';

let application;
let voice;
let begun;
let broken = false;

/** A step of the way: without those before it there is nothing to go on from. */
function test(name, step) {
  always(name, async (t) => {
    if (broken) return t.skip('a step before it failed');
    broken = true;
    await step(t);
    broken = false;
  });
}

before(async () => {
  voice = await speech('Good morning! Can you hear me?');
  application = await launch();
  begun = performance.now();
});

after(() => application?.quit());

test('hello: the first Tab leads into the window, and the way on comes before the others', async () => {
  await application.find('#try-demo');
  assert.equal(await focused(application), 'body');
  await checkAccessibility(application);
  assert.deepEqual(await tabTo(application, '#use-key'), ['#settings', '#intro-begin', '#try-demo', '#use-key']);
  await back(application);
  await back(application);
  assert.equal(await focused(application), '#intro-begin');
  await press(application, ENTER);
  await arrive('microphone');
});

test('microphone: it hears, can be chosen, and can be tried', async () => {
  await say(voice);
  await application.find('.hearing[data-heard=true]');
  await checkAccessibility(application);

  assert.deepEqual(await tabTo(application, '#intro-input-device'), ['#intro-input-device']);
  await press(application, DOWN);
  await application.waitFor('the next microphone', () =>
    application.run('return document.querySelector("#intro-input-device").value === arguments[0]', `pulseaudio:${devices.mic}`),
  );
  assert.equal(await focused(application), '#intro-input-device');

  assert.deepEqual(await tabTo(application, '#intro-record'), ['#intro-record']);
  await press(application, ENTER);
  await application.find('[data-stage=recording]');
  assert.equal(await focused(application), '#intro-record', 'the focus stays where it was pressed');
  await say(voice);
  await application.find('[data-stage=done]');
  assert.equal(await focused(application), '#intro-record');
  await goOn('speaker', ['#intro-back', '#intro-next']);
});

test('speaker: a tone is heard, and the question about it answered', async (t) => {
  const speaker = await record(t);
  await tabTo(application, '#intro-tone');
  await press(application, SPACE);
  await application.waitFor('the tone', () => speaker.lastSound() > 0);
  assert.deepEqual(await tabTo(application, '#intro-heard'), ['#intro-heard']);
  await press(application, SPACE);
  await application.find('.good');
  assert.equal(await focused(application), '#intro-heard');
  await checkAccessibility(application);
  await goOn('key', ['#intro-missed', '#intro-back', '#intro-next']);
});

test('key: the step can be left and come back to, choices go by arrows, and no key is needed', async () => {
  await tabTo(application, '#intro-back');
  await press(application, ENTER);
  await arrive('speaker');
  await goOn('key', ['#intro-output-device', '#intro-tone', '#intro-back', '#intro-next']);
  await checkAccessibility(application);

  assert.deepEqual(await tabTo(application, 'input[intro-key-place]'), [
    '#intro-open',
    '#intro-copy',
    '#intro-api-key',
    'input[intro-key-place]',
  ]);
  await press(application, RIGHT);
  assert.equal(await focused(application), 'input[intro-key-place]');
  await application.find('#intro-key-consent');
  await checkAccessibility(application);
  await goOn('shortcut', ['#intro-key-consent', '#intro-back', '#intro-next']);
});

test('shortcut: asking for keys is no trap', async () => {
  await checkAccessibility(application);
  assert.deepEqual(await tabTo(application, '#intro-shortcut'), ['#intro-shortcut']);
  const before = await words('#intro-shortcut');
  await press(application, ENTER);
  await application.waitFor('the keys to be asked for', async () => (await words('#intro-shortcut')) !== before);
  await press(application, ESCAPE);
  await application.waitFor('it to be as it was', async () => (await words('#intro-shortcut')) === before);
  assert.equal(await focused(application), '#intro-shortcut');
  await goOn('talk', ['#intro-back', '#intro-next']);
});

test('talk: Space on the button talks, and the introduction ends ready for the next words', async (t) => {
  await checkAccessibility(application);
  assert.deepEqual(await tabTo(application, '#talk'), ['#mute', '#talk']);
  await hold(application, SPACE);
  await waitForPhase(application, 'listening');
  await say(voice);
  await release(application, SPACE);
  await waitForPhase(application, 'speaking');
  await application.waitFor('the introduction to be content', async () => (await words('.done')) !== '');
  assert.equal(await focused(application), '#talk');
  await press(application, ESCAPE);
  await waitForPhase(application, 'ready');
  await checkAccessibility(application);
  await tabTo(application, '#intro-next');
  await press(application, ENTER);
  await application.find('#transcript');
  t.diagnostic(`the first run took ${((performance.now() - begun) / 1000).toFixed(0)} s with everything in it tried`);
  assert.equal((await application.settings()).welcomed, true);
  await waitForFocus(application, '#talk');
  await checkAccessibility(application);
});

test('a conversation: Enter begins and ends a turn, Stop and Esc end an answer, the focus stays', async () => {
  await quiet();
  const before = (await transcript(application)).length;
  await press(application, ENTER);
  await waitForPhase(application, 'listening');
  await say(voice);
  await press(application, ENTER);
  await waitForPhase(application, 'speaking');
  assert.deepEqual(await tabTo(application, '#stop'), ['#stop']);
  await press(application, ENTER);
  await waitForPhase(application, 'ready');
  // It has nothing left to stop, and hands the focus on.
  await waitForFocus(application, '#talk');

  await hold(application, SPACE);
  await waitForPhase(application, 'listening');
  await say(voice);
  await release(application, SPACE);
  await waitForPhase(application, 'speaking');
  await press(application, ESCAPE);
  await waitForPhase(application, 'ready');
  assert.equal(await focused(application), '#talk');
  const added = (await transcript(application)).slice(before).filter((entry) => entry.text);
  assert.deepEqual(added.map((entry) => entry.speaker), ['user', 'model', 'user', 'model']);
});

test('how one talks is chosen by arrows, and the microphone muted by a letter', async () => {
  await tabTo(application, 'input[mode]');
  await press(application, RIGHT);
  await application.waitFor('hands-free', async () => (await application.settings()).mode === 'handsFree');
  assert.equal(await focused(application), 'input[mode]');
  await press(application, 'm');
  await application.waitFor('the mute', () => application.run('return document.querySelector("#mute").ariaPressed === "true"'));
  await press(application, 'm', UP);
  await application.waitFor('push to talk', async () => (await application.settings()).mode === 'pushToTalk');
  assert.equal(await application.run('return document.querySelector("#mute").ariaPressed'), 'false');
});

test('a message is typed and sent, and its answer read turn by turn', async () => {
  await tabTo(application, '#composer');
  await press(application, 'What is this?', ENTER);
  await application.waitFor('an answer', async () => (await transcript(application)).at(-1).speaker === 'model');
  assert.equal(await focused(application), '#composer');
  assert.equal(await application.run('return document.querySelector("#composer").value'), '');
  await press(application, ESCAPE);
  await waitForPhase(application, 'ready');

  await tabTo(application, '#transcript');
  await tabTo(application, 'button');
  const turns = await application.run('return document.querySelectorAll("#transcript .copy").length');
  const place = () =>
    application.run('return [...document.querySelectorAll("#transcript .copy")].indexOf(document.activeElement)');
  assert.equal(await place(), turns - 1, 'Tab leads to the newest turn');
  await press(application, UP);
  assert.equal(await place(), turns - 2);
  await press(application, DOWN);
  assert.equal(await place(), turns - 1);
});

test('dialogs take the focus, keep it, and give it back', async () => {
  await tabTo(application, '#shortcuts');
  await press(application, ENTER);
  await insideOf('dialog[open]');
  await checkAccessibility(application);
  await press(application, ESCAPE);
  await waitForFocus(application, '#shortcuts');

  await tabTo(application, '#settings');
  await control(application, ',');
  await waitForFocus(application, '#search-settings');
  await tabTo(application, 'button');
  await insideOf('dialog[open]');
  await press(application, ESCAPE);
  await waitForFocus(application, '#settings');

  await tabTo(application, '#chip-input');
  await press(application, ENTER);
  await waitForFocus(application, '#input-device');
  await press(application, ESCAPE);
  await waitForFocus(application, '#chip-input');

  await control(application, 'f');
  await waitForFocus(application, '#find');
  await press(application, 'What');
  await application.find('mark.current');
  await checkAccessibility(application);
  await press(application, ESCAPE);
  await waitForFocus(application, '#chip-input');
});

test('what goes away when it is pressed does not take the focus along', async () => {
  await tabTo(application, '#composer');
  await tabTo(application, 'button');
  assert.equal(await application.run('return document.activeElement.ariaLabel'), 'Clear the conversation');
  await press(application, ENTER);
  await application.waitFor('an empty transcript', async () => (await transcript(application)).length === 0);
  await application.waitFor('the focus on something else', async () => (await focused(application)) !== 'body');
  await checkAccessibility(application);
  await application.screenshot(path.join(out, 'keyboard.png'));
});

/** Waits for a step of the introduction, whose heading has the focus. */
async function arrive(step) {
  await application.find(`[data-step=${step}]`);
  await waitForFocus(application, '#intro-title');
}

/** Goes to the button that leads on, by the way it should take, and presses it. */
async function goOn(step, way) {
  assert.deepEqual(await tabTo(application, '#intro-next'), way);
  await press(application, ENTER);
  await arrive(step);
}

/** Cuts what is being said. */
async function quiet() {
  await waitForPhase(application, 'ready', 'speaking');
  if ((await phase(application)) === 'speaking') await press(application, ESCAPE);
  await waitForPhase(application, 'ready');
}

function words(selector) {
  return application.run('return document.querySelector(arguments[0]).textContent.trim()', selector);
}

function insideOf(selector) {
  return application.waitFor(`the focus inside of ${selector}`, () =>
    application.run('return document.activeElement.closest(arguments[0]) !== null', selector),
  );
}
