// Every view and state of the window, each brought about in the running program: by settings, by the simulator, by hand.
//
// A stage is one start of the program; its scenes come one after the other. `act` brings a scene about, `arrange` is done anew
// at each size, `phase` is what the program must be doing as long as it is looked at.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { phase, transcript, waitForPhase } from './conversation.mjs';
import { openSettings } from './settings.mjs';
import { say } from './sound.mjs';

const ESCAPE = '\uE00C';
const CONTROL = '\uE009';

const talking = { welcomed: true, service: 'demo' };

/** Presses keys, wherever nothing is typed into. */
async function keys(application, ...pressed) {
  await application.run('document.activeElement?.blur()');
  await application.driver.actions().sendKeys(...pressed).perform();
}

async function control(application, key) {
  await application.driver.actions().keyDown(CONTROL).sendKeys(key).keyUp(CONTROL).perform();
}

/** Types a message and waits until it stands there. */
async function type(application, text) {
  const field = await application.find('#composer');
  await field.sendKeys(text, '\uE007');
}

async function press(application) {
  await application.click('#talk');
}

/** Says something while the button is locked on. */
async function speak(application, voice) {
  await press(application);
  await waitForPhase(application, 'listening');
  await say(voice);
  await press(application);
}

/** Allows what is asked for, once an answer is taken for one. */
async function allow(application) {
  await application.waitFor('an answer to count', () => application.run('return document.querySelector("#allow-once")?.disabled === false'));
  await application.click('#allow-once');
}

async function next(application, step) {
  await application.click('#intro-next, #intro-begin');
  await application.find(`[data-step=${step}]`);
}

/** A red GIF of one pixel. */
const RED = Buffer.from('R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=', 'base64');

/** A device nobody has, to see what the window says about it. */
const GONE = 'pulseaudio:a-headset-that-is-gone';

const personas = [
  { id: 'short', name: 'Short answers', instruction: 'Answer in one sentence.', voice: null },
  { id: 'sensei', name: '日本語の先生', instruction: 'Correct my Japanese, kindly.', voice: 'Kore' },
];

/** The groups of settings in their order, and those that are longer than a window. */
const GROUPS = ['talking', 'sound', 'model', 'personas', 'tools', 'account', 'shortcuts', 'desktop', 'appearance', 'advanced', 'about'];
const LONG = ['talking', 'sound', 'model', 'tools', 'account', 'advanced'];

async function chooseGroup(application, group) {
  await application.click(`[data-choose=${group}]`);
  await application.find(`[data-group=${group}]`);
}

/** Where a group begins: a narrow window has all of them below each other. */
function toStart(application, group) {
  return application.run(
    `document.querySelector('[data-group=' + arguments[0] + ']').scrollIntoView({ block: 'start', behavior: 'instant' });`,
    group,
  );
}

/** What is at the end of a group, with everything unfolded. */
function toEnd(application, group) {
  return application.run(
    `const group = document.querySelector('[data-group=' + arguments[0] + ']');
     for (const folded of group.querySelectorAll('details')) folded.open = true;
     group.lastElementChild.scrollIntoView({ block: 'end', behavior: 'instant' });`,
    group,
  );
}

/** @returns {Promise<object[]>} the stages, with a voice to speak with */
export function stages(voice, scenarios) {
  return [
    {
      name: 'introduction',
      settings: {},
      scenes: [
        { name: 'hello', act: (a) => a.find('#try-demo') },
        { name: 'microphone', act: (a) => next(a, 'microphone') },
        { name: 'speaker', act: (a) => next(a, 'speaker') },
        { name: 'key', act: (a) => next(a, 'key') },
        { name: 'shortcut', act: (a) => next(a, 'shortcut') },
        { name: 'talk', act: (a) => next(a, 'talk') },
      ],
    },
    {
      name: 'conversation',
      settings: talking,
      scenes: [
        { name: 'off', act: (a) => a.find('#talk'), phase: 'off' },
        {
          name: 'listening',
          act: async (a) => {
            await press(a);
            await waitForPhase(a, 'listening');
            // Spoken on, while pictures are taken.
            void (async () => {
              for (let turn = 0; turn < 6; turn += 1) await say(voice);
            })().catch(() => undefined);
          },
          phase: 'listening',
        },
        {
          name: 'muted',
          act: async (a) => {
            await a.click('#mute');
            await a.waitFor('the mute', () => a.run('return document.querySelector("#mute").ariaPressed === "true"'));
          },
        },
        {
          name: 'speaking',
          act: async (a) => {
            await a.click('#mute');
            await press(a);
            await waitForPhase(a, 'speaking');
          },
          phase: 'speaking',
        },
        {
          name: 'interrupted',
          act: async (a) => {
            await keys(a, ESCAPE);
            await waitForPhase(a, 'ready');
          },
          phase: 'ready',
        },
        {
          name: 'several-turns',
          act: async (a) => {
            for (const line of ['What is this?', '<b>bold</b> & https://example.com/?q=1']) {
              await type(a, line);
              await waitForPhase(a, 'speaking');
              await keys(a, ESCAPE);
              await waitForPhase(a, 'ready');
            }
          },
        },
        // Its own field hears the key that closes it.
        { name: 'find', act: (a) => control(a, 'f').then(() => a.find('#find')), after: (a) => a.find('#find').then((field) => field.sendKeys(ESCAPE)) },
        { name: 'shortcuts', act: (a) => keys(a, '?').then(() => a.find('dialog[open]')), after: (a) => keys(a, ESCAPE) },
        { name: 'usage', act: (a) => a.click('#usage').then(() => a.find('dialog[open]')), after: (a) => keys(a, ESCAPE) },
      ],
    },
    {
      name: 'functions',
      settings: { welcomed: true, service: 'demo', tools: { googleSearch: true, permissions: {} } },
      scenes: [
        { name: 'question', act: (a) => type(a, 'set_timer for 20 minutes "tea"').then(() => a.find('#question')) },
        {
          name: 'call',
          act: async (a) => {
            await allow(a);
            await a.find('#timers');
            await type(a, 'What is the current_time in Asia/Tokyo?');
            await a.find('.call[data-name=current_time][data-stage=done]');
            await a.run(`document.querySelector('.call[data-name=current_time]').open = true`);
          },
        },
        {
          name: 'attached',
          act: async (a) => {
            const file = path.join(a.home, 'red.gif');
            await writeFile(file, RED);
            await (await a.driver.findElement({ css: '#picture-file' })).sendKeys(file);
            await a.find('.attached img');
          },
        },
        { name: 'sources', act: (a) => type(a, 'Please search what this is.').then(() => a.find('.sources')) },
      ],
    },
    {
      name: 'nothing-heard',
      settings: talking,
      scenes: [
        {
          name: 'blocked-microphone',
          act: async (a) => {
            await press(a);
            await waitForPhase(a, 'listening');
            await a.find('#notice, #problem');
          },
        },
      ],
    },
    {
      name: 'no-answer',
      simulator: ['--fault', 'no-answer', '--persona', 'echo'],
      settings: { welcomed: true, service: 'custom' },
      scenes: [
        { name: 'waiting', act: (a) => speak(a, voice).then(() => waitForPhase(a, 'waiting')), phase: 'waiting' },
      ],
    },
    {
      name: 'thoughts',
      simulator: ['--fault', 'thoughts', '--persona', 'guide', '--burst'],
      settings: { welcomed: true, service: 'custom' },
      scenes: [
        {
          name: 'thoughts',
          act: async (a) => {
            await speak(a, voice);
            await a.waitFor('an answer', async () => (await transcript(a)).some(({ speaker }) => speaker === 'model'));
            await waitForPhase(a, 'ready');
          },
        },
      ],
    },
    {
      name: 'slow-service',
      simulator: ['--setup-delay', '60000'],
      settings: { welcomed: true, service: 'custom' },
      scenes: [
        {
          name: 'connecting',
          act: async (a) => {
            await speak(a, voice);
            await a.waitFor('something other than listening', async () => (await phase(a)) !== 'listening');
          },
        },
      ],
    },
    {
      name: 'lost-service',
      simulator: ['--fault', 'drop,connection=1,after-seconds=3', '--fault', 'never-setup,connection=2', '--fault', 'never-setup,connection=3'],
      settings: { welcomed: true, service: 'custom' },
      scenes: [
        { name: 'reconnecting', act: (a) => speak(a, voice).then(() => waitForPhase(a, 'reconnecting')), phase: 'reconnecting' },
      ],
    },
    {
      name: 'nobody-there',
      settings: { welcomed: true, service: 'custom', endpoint: 'ws://127.0.0.1:9' },
      scenes: [{ name: 'unreachable', act: (a) => press(a).then(() => a.find('#problem .title')) }],
    },
    {
      name: 'quota',
      simulator: ['--scenario', path.join(scenarios, 'quota.toml')],
      settings: { welcomed: true, service: 'custom' },
      // Typed: a microphone without a voice has a problem of its own.
      scenes: [{ name: 'quota', act: (a) => type(a, 'Hello?').then(() => a.find('#problem .title')) }],
    },
    {
      name: 'wrong-key',
      simulator: ['--bad-key', 'a-wrong-key', '--require-key'],
      environment: { GEMINI_API_KEY: 'a-wrong-key' },
      settings: { welcomed: true, service: 'custom' },
      scenes: [{ name: 'wrong-key', act: (a) => press(a).then(() => a.find('#problem .title')) }],
    },
    {
      name: 'missing-device',
      settings: { ...talking, inputDevice: GONE, outputDevice: GONE },
      scenes: [{ name: 'missing-device', act: (a) => a.find('#talk') }],
    },
    {
      name: 'settings',
      settings: { welcomed: true, service: 'gemini', personas, persona: 'sensei' },
      scenes: [
        { name: 'settings', act: (a) => openSettings(a) },
        ...GROUPS.flatMap((group) => [
          { name: `settings-${group}`, act: (a) => chooseGroup(a, group), arrange: (a) => toStart(a, group) },
          ...(LONG.includes(group)
            ? [{ name: `settings-${group}-end`, act: (a) => toEnd(a, group), arrange: (a) => toEnd(a, group) }]
            : []),
        ]),
        {
          name: 'settings-search',
          act: async (a) => {
            const field = await a.find('#search-settings');
            await field.sendKeys('echo');
          },
        },
      ],
    },
    {
      name: 'no-shortcuts',
      environment: { WAYLAND_DISPLAY: 'wayland-none', GDK_BACKEND: 'x11' },
      settings: talking,
      scenes: [
        {
          name: 'settings-shortcuts-wayland',
          act: async (a) => {
            await a.resize(1200, 800);
            await openSettings(a);
            await chooseGroup(a, 'shortcuts');
            await a.click('#shortcut-snippets details:nth-child(3) summary');
          },
          arrange: (a) => toStart(a, 'shortcuts'),
        },
      ],
    },
    {
      name: 'strip',
      settings: { ...talking, desktop: { compact: true } },
      sizes: [[280, 64], [360, 72], [520, 88]],
      scenes: [{ name: 'strip', act: (a) => a.find('#talk') }],
    },
  ];
}
