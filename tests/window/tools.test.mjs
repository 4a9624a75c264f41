// What the model may do: functions by card and by key, what they keep, pictures, and sources.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Key } from 'selenium-webdriver';

import { checkAccessibility } from './lib/accessibility.mjs';
import { launch, program } from './lib/application.mjs';
import { transcript } from './lib/conversation.mjs';
import { ENTER, press } from './lib/keyboard.mjs';

/** A red GIF of one pixel. */
const RED = Buffer.from('R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=', 'base64');

let application;

before(async () => {
  const settings = {
    welcomed: true,
    service: 'demo',
    language: 'en',
    tools: { googleSearch: true, permissions: {} },
  };
  application = await launch(program, { settings });
  await application.find('#composer');
});

after(() => application?.quit());

test('what is harmless is done at once, and stands in the conversation', async () => {
  await type('What is the current_time in Asia/Tokyo?');
  const card = await ended('current_time');
  assert.equal(card.stage, 'done');
  assert.match(card.text, /Tell the time/);
  assert.match(card.text, /Asia\/Tokyo/);
  assert.equal(await asked(), null);
});

test('a timer is set once it is allowed, runs, and says when its time is up', async () => {
  await type('set_timer for 4 seconds "tea"');
  const question = await theQuestion();
  assert.match(question, /May the guide do this\?/);
  assert.match(question, /Set a timer/);
  assert.match(question, /tea/);
  await checkAccessibility(application);
  assert.equal(await application.run('return document.querySelector("#timers")'), null, 'not before');
  await allow('#allow-once');
  assert.equal((await ended('set_timer')).stage, 'done');
  assert.match(await words('#timers'), /tea/);
  await application.waitFor('the time to be up', async () =>
    (await transcript(application)).some(({ speaker, text }) => speaker === 'notice' && /Time is up.*tea/.test(text)),
  );
  await application.waitFor('the timer to go', () => application.run('return !document.querySelector("#timers")'));
});

test('a key allows, and what was kept is found in the settings and in its file', async () => {
  await type('add_note "Buy tea"');
  await theQuestion();
  await application.waitFor('the keys to count', () =>
    application.run('return !document.querySelector("#allow-once").disabled'),
  );
  await application.driver.actions().keyDown(Key.CONTROL).sendKeys(Key.ENTER).keyUp(Key.CONTROL).perform();
  assert.equal((await ended('add_note')).stage, 'done');
  const file = path.join(application.home, '.config/org.vivavoce.Vivavoce/notes.json');
  assert.equal(JSON.parse(await readFile(file, 'utf8'))[0].text, 'Buy tea');
});

test('a no is kept to: nothing is read, and the model knows', async () => {
  await type('read_clipboard');
  await theQuestion();
  await allow('#refuse');
  const card = await ended('read_clipboard');
  assert.equal(card.stage, 'refused');
  assert.match(card.text, /doesn't allow/);
});

test('what was copied is read, and a text copied, once that is allowed', async () => {
  await type('write_clipboard "from the guide"');
  await theQuestion();
  await allow('#allow-once');
  assert.equal((await ended('write_clipboard')).stage, 'done');
  // The system's own clipboard, asked by another program.
  const copied = execFileSync('xclip', ['-selection', 'clipboard', '-o'], {
    encoding: 'utf8',
  });
  assert.equal(copied, 'from the guide');
});

test('always is kept with the settings, and asks no more', async () => {
  await type('list_notes');
  await theQuestion();
  await allow('#allow-always');
  assert.equal((await ended('list_notes')).stage, 'done');
  await application.waitFor(
    'the settings to be kept',
    async () => (await application.settings())?.tools.permissions.list_notes === 'always',
  );
  await type('list_notes');
  await ended('list_notes', 2);
  assert.equal(await asked(), null);
});

test('a volume is changed by asking for it', async () => {
  await type('change_setting {"setting": "volume", "value": "50"}');
  await theQuestion();
  await allow('#allow-once');
  assert.equal((await ended('change_setting')).stage, 'done');
  await application.waitFor('the volume', async () => (await application.settings())?.sound.outputVolumeDb === -10);
});

test('one key stops everything', async () => {
  await type('delete_note 1');
  await theQuestion();
  await press(application, Key.ESCAPE);
  assert.equal((await ended('delete_note')).stage, 'stopped');
  assert.equal(await asked(), null);
});

test('links that hide where they lead are never opened, nor asked about', async () => {
  for (const [place, url] of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://good.example@evil.example/',
  ].entries()) {
    await type(`open_link {"url": "${url}"}`);
    assert.equal((await ended('open_link', place + 1)).stage, 'unfit', url);
    assert.equal(await asked(), null);
  }
});

test('what was done is written down', async () => {
  await application.resize(1200, 800);
  await application.click('#settings');
  await application.click('[data-choose=tools]');
  const log = await words('#call-log');
  assert.match(log, /Set a timer: Done/);
  assert.match(log, /Read what you copied: Not allowed/);
  assert.match(await words('#notes'), /Buy tea/);
  await checkAccessibility(application);
  await press(application, Key.ESCAPE);
});

test('an answer names its sources, and a suggestion leads out only after it was shown where', async () => {
  await type('Please search how high it is.');
  const sources = await words('.sources');
  assert.match(sources, /First source \(simulated\)/);
  assert.match(sources, /example\.com/);
  assert.match(sources, /A suggestion \(simulated\)/);
  await application.run(`[...document.querySelectorAll('.sources [role=link]')].at(-1).click()`);
  assert.match(await (await application.find('#link-dialog')).getText(), /www\.google\.com/);
  await press(application, Key.ESCAPE);
});

test('a picture is sent with words, and the other side has seen it', async () => {
  const file = path.join(application.home, 'red.gif');
  await writeFile(file, RED);
  await (await application.driver.findElement({ css: '#picture-file' })).sendKeys(file);
  await application.find('.attached img');
  await type('Look at this!');
  await application.waitFor('the picture to be described', async () =>
    (await transcript(application)).some(({ text }) => /a picture of 1 × 1 pixels, mostly red/.test(text)),
  );
  assert.equal(await application.run('return document.querySelectorAll("#transcript .pictures img").length'), 1);
});

async function type(text) {
  const field = await application.find('#composer');
  await field.sendKeys(text);
  await press(application, ENTER);
}

/** What stands somewhere once it is shown. What has a direction of its own is missing from the driver's own answer. */
async function words(selector) {
  await application.find(selector);
  return application.run('return document.querySelector(arguments[0]).textContent', selector);
}

/** The words of the question; waits for it. */
function theQuestion() {
  return words('#question');
}

function asked() {
  return application.run('return document.querySelector("#question")');
}

/** Answers once an answer is taken for one. */
async function allow(selector) {
  await application.waitFor(`${selector} to count`, () =>
    application.run('return document.querySelector(arguments[0])?.disabled === false', selector),
  );
  await application.click(selector);
}

/** The card of the `nth` call of a function once it is over. */
function ended(name, nth = 1) {
  return application.waitFor(`${name} to be over`, () =>
    application.run(
      `const cards = [...document.querySelectorAll('#transcript .call')].filter((card) => card.dataset.name === arguments[0]);
       const card = cards[arguments[1] - 1];
       if (!card || ['asking', 'running'].includes(card.dataset.stage)) return null;
       return { stage: card.dataset.stage, text: card.textContent };`,
      name,
      nth,
    ),
  );
}
