// The voice, the ears and the plugs of the virtual sound devices.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Samples a second of the virtual devices. */
const RATE = 48_000;

/** The names of the virtual devices. */
export const devices = {
  mic: process.env.RIG_MIC,
  micFeed: process.env.RIG_MIC_FEED,
  speaker: process.env.RIG_SPEAKER,
  second: {
    mic: process.env.RIG_SECOND_MIC,
    micTitle: process.env.RIG_SECOND_MIC_TITLE,
    micFeed: process.env.RIG_SECOND_MIC_FEED,
    speaker: process.env.RIG_SECOND_SPEAKER,
    speakerTitle: process.env.RIG_SECOND_SPEAKER_TITLE,
  },
};

/** Speaks a text into a WAV file and returns its path. */
export async function speech(text) {
  const folder = await mkdtemp(path.join(process.env.HOME, 'speech-'));
  const file = path.join(folder, 'speech.wav');
  await execute(process.env.VIVAVOCE_XTASK, ['speak', text, file]);
  return file;
}

/** Speaks a WAV file into a virtual microphone; resolves when all of it was said. */
export async function say(file, feed = devices.micFeed) {
  await execute('paplay', ['--latency-msec=200', '-d', feed, file]);
}

/** Looks for one WAV file in another: level, gaps, and where and how well it matches. */
export async function compare(reference, heard) {
  const { stdout } = await execute(process.env.VIVAVOCE_XTASK, ['compare', reference, heard]);
  return JSON.parse(stdout);
}

/** Plugs the second pair of devices in. */
export async function plugSecond() {
  for (const module of process.env.RIG_SECOND_MODULES.split('\n')) {
    await execute('pactl', ['load-module', ...module.split(' ')]);
  }
}

/** The devices that the application records from and plays to just now. */
export async function streams() {
  const [sources, sinks, outputs, inputs] = await Promise.all(
    ['sources', 'sinks', 'source-outputs', 'sink-inputs'].map(list),
  );
  return {
    sources: outputs.filter(isOfTheApplication).map((stream) => nameOf(sources, stream.source)),
    sinks: inputs.filter(isOfTheApplication).map((stream) => nameOf(sinks, stream.sink)),
  };
}

/** Listens to what a virtual speaker plays, from now on, at most until the end of test `t`. */
export async function record(t, speaker = devices.speaker) {
  const recorder = spawn(
    'pacat',
    ['--record', '--raw', '--format=s16le', '--channels=1', `--rate=${RATE}`, '--latency-msec=50', '-d', `${speaker}.monitor`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t?.after(() => recorder.kill('SIGKILL'));
  const chunks = [];
  recorder.stdout.on('data', (chunk) => chunks.push(chunk));
  await once(recorder.stdout, 'data');
  return {
    /** Ends the recording and leaves it in a WAV file. */
    async save(file) {
      recorder.kill('SIGTERM');
      if (recorder.exitCode === null) await once(recorder, 'exit');
      await writeFile(file, wav(Buffer.concat(chunks)));
      return file;
    },
    /** Ends the recording and forgets it. */
    stop: () => recorder.kill('SIGTERM'),
  };
}

async function list(kind) {
  const { stdout } = await execute('pactl', ['--format=json', 'list', kind]);
  return JSON.parse(stdout);
}

/** Not one of the server's own streams (a remapped microphone is one), nor one of this file's recorders. */
function isOfTheApplication(stream) {
  const name = stream.properties['application.name'];
  return name !== undefined && name !== 'pacat';
}

function nameOf(known, index) {
  return known.find((device) => device.index === index)?.name;
}

/** 16-bit mono samples as a WAV file. */
function wav(samples) {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
