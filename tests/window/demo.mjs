// A spoken conversation in the real window, from the first start on. Leaves a picture, the transcript and what was heard.
//
//   cargo xtask rig -- node tests/window/demo.mjs --app PROGRAM --out FOLDER

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { launch } from './lib/application.mjs';
import { talk, transcript, tryDemo } from './lib/conversation.mjs';
import { compare, record, speech } from './lib/sound.mjs';

const SENTENCE = 'Good morning! Can you hear me well, and will you tell me what I just said?';

const { values } = parseArgs({ options: { app: { type: 'string' }, out: { type: 'string' } } });
const folder = path.resolve(values.out ?? 'out');
await mkdir(folder, { recursive: true });

const voice = await speech(SENTENCE);
const application = await launch(values.app);
let speaker;
try {
  console.log('  The window is open. Pressing “Try it without a key”.');
  await application.resize(420, 720);
  speaker = await record();
  await tryDemo(application);
  console.log(`  The guide has greeted. Holding the talk button and saying: “${SENTENCE}”`);
  await talk(application, voice);
  const lines = (await transcript(application)).map(({ speaker, text }) => `${speaker}: ${text.replaceAll(/\s+/g, ' ')}`);
  for (const line of lines) console.log(`    ${line}`);
  await writeFile(path.join(folder, 'transcript.txt'), `${lines.join('\n')}\n`);
  await application.screenshot(path.join(folder, 'demo.png'));

  const heard = await compare(voice, await speaker.save(path.join(folder, 'speaker.wav')));
  console.log(`  The speaker played ${(heard.heardMs / 1000).toFixed(1)} s; the voice came back, its loudness alike by ${heard.match?.envelope.toFixed(3)}.`);
  if (!(heard.match?.envelope > 0.8)) {
    throw new Error('the voice that was spoken was not heard from the speaker');
  }
} catch (error) {
  console.error(`  It did not work: ${error.message}`);
  await application.screenshot(path.join(folder, 'failed.png')).catch(() => undefined);
  process.exitCode = 1;
} finally {
  speaker?.stop();
  await application.quit();
}
