// The window's language: changed at once, in both directions, and still the same after a restart.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { checkAccessibility } from './lib/accessibility.mjs';
import { launch, out, program } from './lib/application.mjs';
import { transcript, waitForPhase } from './lib/conversation.mjs';
import { ENTER, ESCAPE, press } from './lib/keyboard.mjs';
import { choose, closeSettings, openSettings } from './lib/settings.mjs';

/** Some words of every part of the window, as they are in each language. */
const WORDS = {
  en: { title: 'Settings', state: 'Off', empty: 'Say something', field: 'Type a message', talk: 'Talk', mode: 'Push to talk' },
  ja: { title: '設定', state: 'オフ', empty: '話しかけてみましょう', field: 'メッセージを入力', talk: '話す', mode: '押して話す' },
};

const JAPANESE = /[\u3040-\u30ff]/;

test('the language changes at once, everywhere, and back, and is kept over a restart', async (t) => {
  const first = await launch(program, { settings: { welcomed: true, service: 'demo' } });
  t.after(() => first.quit());
  await first.find('#talk');
  assert.equal(await tongue(first), 'en', 'the language of the system');

  await openSettings(first);
  for (const language of ['ja', 'en', 'ja']) {
    await choose(first, '#language', language);
    await first.waitFor(`the page to be in ${language}`, async () => (await tongue(first)) === language);
    // Behind the dialog, too, and without closing it.
    assert.deepEqual(await words(first), WORDS[language]);
    assert.equal(await first.run('return document.querySelector("dialog").open'), true);
  }
  await checkAccessibility(first);
  await closeSettings(first);
  await checkAccessibility(first);
  assert.deepEqual(await leftOver(first), [], 'English words in the Japanese window');
  await first.screenshot(path.join(out, 'language-ja.png'));
  await first.waitFor('the language to be kept', async () => (await first.settings())?.language === 'ja');
  await first.quit();

  const second = await launch(program, { home: first.home });
  t.after(() => second.quit());
  await second.find('#talk');
  assert.equal(await tongue(second), 'ja');

  // The guide speaks it as well.
  await (await second.find('#composer')).sendKeys('こんにちは', ENTER);
  const answer = await second.waitFor('the guide to answer', async () =>
    (await transcript(second)).find((entry) => entry.speaker === 'model' && entry.text),
  );
  assert.match(answer.text, JAPANESE);
  await press(second, ESCAPE);
  await waitForPhase(second, 'ready');
});

test('a Japanese desktop gets a Japanese introduction', async (t) => {
  const application = await launch(program, { environment: { LANG: 'ja_JP.UTF-8' } });
  t.after(() => application.quit());
  await application.find('#try-demo');
  assert.equal(await tongue(application), 'ja');
  assert.match(await application.run('return document.querySelector("#intro-title").textContent'), JAPANESE);
  await checkAccessibility(application);
});

/** The language that the page says it is in. */
function tongue(application) {
  return application.run('return document.documentElement.lang');
}

/** The words of `WORDS`, as they stand there. */
function words(application) {
  return application.run(`
    const text = (selector) => document.querySelector(selector).textContent.trim();
    return {
      title: text('#settings-title'),
      state: text('.dock .state [role=status]'),
      empty: text('#transcript h2'),
      field: document.querySelector('#composer').ariaLabel,
      talk: document.querySelector('#talk').ariaLabel,
      mode: text('.modes label'),
    };
  `);
}

/** Words on the page that are written in Latin letters only: names of programs, keys and devices, or forgotten. */
function leftOver(application) {
  return application.run(`
    const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const names = /Vivavoce|Test(Mic|Speaker)|Space|Esc/;
    const found = [];
    while (walk.nextNode()) {
      const text = walk.currentNode.data.trim();
      if (/[A-Za-z]{3}/.test(text) && !/[\\u3040-\\u30ff\\u4e00-\\u9fff]/.test(text) && !names.test(text)) found.push(text);
    }
    for (const element of document.querySelectorAll('main [aria-label], main [title], main [placeholder]')) {
      for (const attribute of ['aria-label', 'title', 'placeholder']) {
        const text = element.getAttribute(attribute) ?? '';
        if (/[A-Za-z]{3}/.test(text) && !/[\\u3040-\\u30ff\\u4e00-\\u9fff]/.test(text) && !names.test(text)) found.push(text);
      }
    }
    return found;
  `);
}
