// What comes from the service is text, whatever it is: nothing in it is drawn, run, loaded or turned around.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { checkAccessibility } from './lib/accessibility.mjs';
import { launch, out, program } from './lib/application.mjs';
import { talk, transcript, waitForPhase } from './lib/conversation.mjs';
import { ENTER, press } from './lib/keyboard.mjs';
import { mischief } from './lib/mischief.mjs';
import { simulate } from './lib/simulator.mjs';
import { speech } from './lib/sound.mjs';

/** What would leave a trace if any of it were more than text. */
const MARKUP = [
  '<b id="injected">bold</b>',
  '<script>window.injected = "script"</script>',
  '</div></section><script>window.injected = "closed"</script>',
  '<img src="x" onerror="window.injected = \'image\'">',
  '<svg onload="window.injected = \'svg\'"><animate onbegin="window.injected = \'animate\'"/></svg>',
  '<iframe srcdoc="<script>parent.injected = \'frame\'</script>"></iframe>',
  '<style>body { display: none }</style>',
  '<a href="javascript:window.injected = \'link\'">here</a>',
  '<form action="https://example.invalid/"><button>send</button></form>',
  '{@html "<i>svelte</i>"} ${window.injected = "template"} {{constructor.constructor("window.injected = 1")()}}',
  '&lt;b&gt; &#60;script&#62; &amp;',
  '[link](javascript:alert(1)) ![image](https://example.invalid/pixel.png)',
];

/** A page that is as long as a book's chapter. */
const HUGE_LENGTH = 200_000;

/** Longest time that the page may be busy with it, ms: on a slow machine under load, with a debug build. */
const BUSY_MS = 3_000;

let service;
let application;

before(async () => {
  service = await mischief(await simulate('--persona', 'echo', '--fault', 'thoughts', '--burst'));
  application = await launch(program, { settings: { welcomed: true, service: 'custom', endpoint: service.url } });
  await application.find('#composer');
});

after(async () => {
  await application?.quit();
  service?.end();
});

test('markup and script of an answer, of a thought and of what was heard stand there as text', async () => {
  const kinds = await census();
  for (const words of MARKUP) {
    service.think(words);
    service.say(words);
    assert.equal(await answerTo(words), words);
  }
  service.mishear(MARKUP.join(' '));
  service.say(MARKUP.join('\n'));
  const added = await talk(application, await speech('Good morning!'));
  assert.deepEqual(added.map((entry) => entry.text), [MARKUP.join(' '), MARKUP.join('\n')]);

  const thoughts = await application.run(`
    const all = [...document.querySelectorAll('#transcript details')];
    for (const thought of all) thought.open = true;
    return all.map((thought) => [...thought.querySelectorAll('p')].map((line) => line.textContent).join(''));
  `);
  for (const words of MARKUP) assert.ok(thoughts.includes(words), `the thought ${words}`);

  assert.equal(await application.run('return window.injected ?? null'), null, 'a script has run');
  assert.deepEqual(await strangers(), []);
  const added2 = (await census()).filter((kind) => !kinds.includes(kind));
  assert.deepEqual(added2.filter((kind) => !KNOWN.has(kind)), [], 'elements that the transcript doesn’t make itself');
  await application.screenshot(path.join(out, 'injection-markup.png'));
  await checkAccessibility(application);
});

test('characters that hide or turn text around are shown, and turn nothing around', async () => {
  const before = await names();
  const hidden = { '\u202e': 'U+202E', '\u2066': 'U+2066', '\u2067': 'U+2067', '\u202b': 'U+202B', '\u0000': 'U+0000', '\u001b': 'U+001B', '\u0007': 'U+0007', '\u200b': 'U+200B', '\ufeff': 'U+FEFF' };
  for (const [character, name] of Object.entries(hidden)) {
    const words = `safe${character}exe.txt`;
    service.think(words);
    service.say(words);
    assert.equal(await answerTo(words), `safe⟨${name}⟩exe.txt`);
  }
  service.say('\u202e'.repeat(50));
  assert.equal(await answerTo('many'), '⟨U+202E⟩×50');

  // Right-to-left words, left open on purpose, beside a name and a time that must stay where they are.
  const hebrew = 'שלום \u2067עולם abc';
  service.say(hebrew);
  assert.equal(await answerTo('Hebrew'), hebrew.replace('\u2067', '⟨U+2067⟩'));
  const directions = await application.run(`
    const turn = [...document.querySelectorAll('#transcript [data-speaker=model]')].at(-1);
    const of = (element) => getComputedStyle(element);
    return {
      words: of(turn.querySelector('.words')).direction,
      who: of(turn.querySelector('.who')).direction,
      page: of(document.querySelector('main')).direction,
      before: of(document.querySelector('#transcript [data-speaker=model] .words')).direction,
    };
  `);
  assert.deepEqual(directions, { words: 'rtl', who: 'ltr', page: 'ltr', before: 'ltr' });
  assert.deepEqual((await names()).slice(0, before.length), before, 'what stood there stands where it stood');
  await application.screenshot(path.join(out, 'injection-bidi.png'));
});

test('a text as long as a chapter is folded, can be unfolded, and the window answers all the while', async () => {
  const chapter = 'All work and no play. <b>'.repeat(HUGE_LENGTH / 25);
  await watch();
  service.say(chapter);
  const shown = await answerTo('A long one, please.');
  assert.ok(chapter.startsWith(shown) && shown.length < 10_000, `${shown.length} characters are shown`);
  const more = '#transcript li:last-child .more';
  await application.run('document.querySelector(arguments[0]).focus()', more);
  await press(application, ENTER);
  await application.waitFor('all of it', async () => (await lastWords()).length === chapter.length);
  assert.equal(await lastWords(), chapter);
  const busy = await longestPause();
  assert.ok(busy < BUSY_MS, `the page was busy for ${busy} ms`);

  // One line without a place to break it stays within the window.
  service.say('W'.repeat(5_000));
  await answerTo('And one without a space.');
  assert.equal(await application.run('return document.documentElement.scrollWidth <= innerWidth'), true);
  assert.equal(await application.run('const log = document.querySelector("#transcript"); return log.scrollWidth <= log.clientWidth'), true);
  assert.equal(await application.run('return window.injected ?? null'), null);
  assert.deepEqual(await strangers(), []);
});

test('the words with which a service closes are quoted as text', async (t) => {
  const reason = '<img src=x onerror="window.injected=1"> <b>closed</b>';
  const rude = await simulate('--persona', 'echo', '--fault', `close,code=1008,reason=${reason}`);
  t.after(rude.end);
  const other = await launch(program, { settings: { welcomed: true, service: 'custom', endpoint: rude.url } });
  t.after(() => other.quit());
  await other.click('#talk');
  await other.find('#problem .title');
  const problem = await other.run(`
    const problem = document.querySelector('#problem');
    return { text: problem.textContent, made: problem.querySelectorAll('img, b').length, ran: window.injected ?? null };
  `);
  assert.ok(problem.text.includes(reason), problem.text);
  assert.deepEqual([problem.made, problem.ran], [0, null]);
});

/** Elements that turns are made of. */
const KNOWN = new Set(['ol', 'li', 'div', 'p', 'span', 'time', 'button', 'svg', 'rect', 'path', 'code', 'pre', 'details', 'summary', 's']);

/** The kinds of elements within the transcript. */
function census() {
  return application.run(`
    return [...new Set([...document.querySelectorAll('#transcript *')].map((element) => element.localName))];
  `);
}

/** What no transcript ever makes: what loads, runs, leads away or carries its own looks. */
function strangers() {
  return application.run(`
    const wrong = '#injected, main :is(script, style, img:not([src^="data:"]), iframe, object, embed, video, audio, link, meta, base, b, i, a, animate), #transcript form';
    const handlers = [...document.querySelectorAll('main *')].filter((element) =>
      [...element.attributes].some(({ name }) => name.startsWith('on') || name === 'srcdoc'),
    );
    return [...document.querySelectorAll(wrong), ...handlers].map((element) => element.outerHTML.slice(0, 200));
  `);
}

/** Types a message and gives the words of the answer to it. */
async function answerTo(message) {
  const before = (await transcript(application)).length;
  await application.run('document.querySelector("#composer").focus()');
  // Some of it can't be typed, and it isn't about typing.
  await press(application, typable(message), ENTER);
  await application.waitFor('the answer', async () => {
    const added = (await transcript(application)).slice(before);
    return added.some((entry) => entry.speaker === 'model' && entry.text);
  });
  await application.waitFor('the end of the answer', () =>
    application.run(`return document.querySelector('#transcript li:last-child [data-speaker=model]')?.dataset.final === 'true'`),
  );
  await waitForPhase(application, 'ready');
  return lastWords();
}

function typable(message) {
  return message.replaceAll(/[^ -~]/g, '').slice(0, 20);
}

/** The words of the last answer, as they stand there. */
function lastWords() {
  return application.run(`
    const turns = [...document.querySelectorAll('#transcript [data-speaker=model]')];
    const words = turns.at(-1).querySelector('.words').cloneNode(true);
    for (const mark of words.querySelectorAll('.cut')) mark.remove();
    return words.textContent;
  `);
}

/** Where the names and times of the first turns are, from side to side. */
function names() {
  return application.run(`
    return [...document.querySelectorAll('#transcript .who span')].slice(0, 2).map((name) => {
      const { left, right } = name.getBoundingClientRect();
      return [name.textContent, left, right];
    });
  `);
}

/** Begins to look how long the page does nothing else. */
function watch() {
  return application.run(`
    let last = performance.now();
    window.pauses = { longest: 0 };
    const look = () => {
      const now = performance.now();
      window.pauses.longest = Math.max(window.pauses.longest, now - last);
      last = now;
    };
    window.pauses.timer = setInterval(look, 20);
  `);
}

function longestPause() {
  return application.run('clearInterval(window.pauses.timer); return window.pauses.longest;');
}
