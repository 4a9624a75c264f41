// The application as a new person meets it: first start, the demo, a conversation, other devices, both themes.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { checkAccessibility } from './lib/accessibility.mjs';
import { launch, out } from './lib/application.mjs';
import { phase, talk, transcript, tryDemo } from './lib/conversation.mjs';
import { choose, closeSettings, openSettings, optionTitled } from './lib/settings.mjs';
import { compare, devices, plugSecond, record, speech, streams } from './lib/sound.mjs';

const SIZES = [[420, 720], [1200, 800]];

let application;
let voice;

before(async () => {
  await mkdir(out, { recursive: true });
  voice = await speech('Good morning! Can you hear me well, and will you tell me what I just said?');
  application = await launch();
});

after(() => application?.quit());

test('a new person is offered to try it without a key', async () => {
  await application.find('#try-demo');
  await picture('welcome');
  await checkAccessibility(application);
});

test('the guide greets, by voice and in writing', async (t) => {
  const speaker = await record(t);
  await tryDemo(application);
  const heard = await compare(voice, await speaker.save(path.join(out, 'greeting.wav')));
  assert.ok(heard.loudestDbfs > -40, `the greeting was not heard: ${JSON.stringify(heard)}`);
});

test('what is said while the button is held appears, is answered in writing, and heard', async (t) => {
  const speaker = await record(t);
  const added = await talk(application, voice, {
    whileListening: async () => {
      assert.deepEqual((await streams()).sources, [devices.mic]);
      await application.screenshot(path.join(out, 'listening.png'));
    },
  });
  assert.deepEqual(added.map((entry) => entry.speaker), ['user', 'model']);
  const heard = await compare(voice, await speaker.save(path.join(out, 'answer.wav')));
  assert.ok(heard.match?.envelope > 0.8, `the own voice was not repeated whole: ${JSON.stringify(heard)}`);
});

test('a reload keeps the conversation', async () => {
  const before = await transcript(application);
  assert.ok(before.length >= 3);
  await application.driver.navigate().refresh();
  await application.loaded();
  await application.waitFor('the conversation to be back', async () => (await transcript(application)).length > 0);
  assert.deepEqual(await transcript(application), before);
  assert.equal(await phase(application), 'ready');
});

test('the newest words stay in view when the window gets small', async () => {
  await application.resize(1200, 800);
  await application.resize(420, 560);
  await application.waitFor('text that is longer than its frame, at its end', () =>
    application.run(`
      const log = document.querySelector('#transcript');
      const hidden = log.scrollHeight - log.clientHeight;
      return hidden > 0 && hidden - log.scrollTop < 2;
    `),
  );
});

test('other devices can be plugged in and chosen, and are used at once', async (t) => {
  await openSettings(application);
  await plugSecond();
  await choose(application, '#input-device', await optionTitled(application, '#input-device', devices.second.micTitle));
  await choose(application, '#output-device', await optionTitled(application, '#output-device', devices.second.speakerTitle));
  await closeSettings(application);

  const first = await record(t, devices.speaker);
  const second = await record(t, devices.second.speaker);
  await talk(application, voice, {
    feed: devices.second.micFeed,
    whileListening: async () => assert.deepEqual((await streams()).sources, [devices.second.mic]),
    whileSpeaking: async () => assert.deepEqual((await streams()).sinks, [devices.second.speaker]),
  });
  const heard = await compare(voice, await second.save(path.join(out, 'second-speaker.wav')));
  assert.ok(heard.match?.envelope > 0.8, `the second speaker did not play the answer: ${JSON.stringify(heard)}`);
  const stray = await compare(voice, await first.save(path.join(out, 'first-speaker.wav')));
  assert.ok(stray.loudestDbfs < -60, `the first speaker still played: ${JSON.stringify(stray)}`);
});

for (const theme of ['light', 'dark']) {
  test(`the window is readable in ${theme} colours at every size`, async () => {
    await openSettings(application);
    await choose(application, '#theme', theme);
    await pictures(`settings-${theme}`);
    await checkAccessibility(application);
    await closeSettings(application);
    await pictures(`conversation-${theme}`);
    await checkAccessibility(application);
  });
}

function picture(name) {
  return application.screenshot(path.join(out, `${name}.png`));
}

async function pictures(name) {
  for (const [width, height] of SIZES) {
    await application.resize(width, height);
    await picture(`${name}-${width}x${height}`);
  }
}
