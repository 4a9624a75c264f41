// The voice, the ears and the plugs of the virtual sound devices.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Samples a second of the virtual devices. */
const RATE = 48_000;

const BYTES_A_SECOND = RATE * 2;

/** Samples up to this are silence: -60 dBFS. */
const SILENCE = 32;

/** The names of the virtual devices. */
export const devices = {
  mic: process.env.RIG_MIC,
  micTitle: 'TestMic',
  micFeed: process.env.RIG_MIC_FEED,
  speaker: process.env.RIG_SPEAKER,
  speakerTitle: 'TestSpeaker',
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

/** Plugs the second pair of devices in; what is given pulls one of them out, plugs it in again, or pulls all of them. */
export async function plugSecond() {
  const [speaker, feed, mic] = process.env.RIG_SECOND_MODULES.split('\n');
  const second = { speaker: await plug(speaker), feed: await plug(feed), mic: await plug(mic) };
  return {
    unplugMic: () => unplug(second.mic),
    unplugSpeaker: () => unplug(second.speaker),
    plugAgain: async () => {
      second.speaker = await plug(speaker);
      second.mic = await plug(mic);
    },
    unplug: async () => {
      // What feeds the microphone takes it along, if that is still there.
      for (const module of [second.speaker, second.mic, second.feed]) await unplug(module).catch(() => undefined);
    },
  };
}

/** Loads a module and gives its number. */
async function plug(module) {
  const { stdout } = await execute('pactl', ['load-module', ...module.split(' ')]);
  return stdout.trim();
}

async function unplug(number) {
  await execute('pactl', ['unload-module', number]);
}

/** Pulls the first microphone out: what an unplugged headset looks like. */
export async function unplugMic() {
  const { stdout } = await execute('pactl', ['list', 'short', 'modules']);
  const module = stdout.split('\n').find((line) => line.includes(`source_name=${devices.mic} `));
  await unplug(module.split('\t')[0]);
}

/** Plugs the first microphone in again. */
export async function plugMic() {
  const { mic, micFeed, micTitle } = devices;
  await plug(`module-remap-source source_name=${mic} master=${micFeed}.monitor source_properties=device.description=${micTitle}`);
  await execute('pactl', ['set-default-source', mic]);
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
    /** How much was heard so far, ms: the time of "now" within the recording. */
    length: () => (chunks.reduce((sum, chunk) => sum + chunk.length, 0) / BYTES_A_SECOND) * 1000,
    /** When the last sound was heard that is louder than silence, ms of the recording; 0 when there was none. */
    lastSound: () => lastSound(Buffer.concat(chunks)),
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

function lastSound(samples) {
  for (let at = samples.length - (samples.length % 2) - 2; at >= 0; at -= 2) {
    if (Math.abs(samples.readInt16LE(at)) > SILENCE) return (at / BYTES_A_SECOND) * 1000;
  }
  return 0;
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
