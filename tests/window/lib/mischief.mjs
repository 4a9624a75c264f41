// A service that says what no model should: the simulator, with other words put into its mouth on the way.

import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';

/**
 * Stands between the application and a simulator. `say(text)` has the next answer say a text instead of its own;
 * `think(text)` has it think one before.
 *
 * @param {{ url: string, end: () => void }} service
 */
export async function mischief(service) {
  let words;
  let thought;
  let heard;
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (application, request) => {
    const behind = new WebSocket(new URL(request.url, service.url));
    const waiting = [];
    application.on('message', (data, binary) => {
      if (behind.readyState === WebSocket.OPEN) behind.send(data, { binary });
      else waiting.push([data, binary]);
    });
    behind.on('open', () => {
      for (const [data, binary] of waiting) behind.send(data, { binary });
    });
    behind.on('message', (data, binary) => {
      application.send(twist(data), { binary });
    });
    application.on('close', () => behind.terminate());
    behind.on('close', (code, reason) => {
      if (code === 1006) application.terminate();
      else application.close(code, reason);
    });
    for (const side of [application, behind]) side.on('error', () => undefined);
  });

  /** Whether the words of this answer were replaced already, and the rest of its own is left out. */
  let said = false;

  function twist(data) {
    const message = JSON.parse(data.toString());
    const content = message.serverContent;
    if (content === undefined) return data;
    if (content.inputTranscription?.text !== undefined && heard !== undefined) {
      content.inputTranscription.text = heard;
      heard = undefined;
    }
    if (content.outputTranscription?.text !== undefined && (said || words !== undefined)) {
      content.outputTranscription.text = said ? '' : words;
      words = undefined;
      said = true;
    }
    for (const part of content.modelTurn?.parts ?? []) {
      if (part.thought === true && thought !== undefined) {
        part.text = thought;
        thought = undefined;
      }
    }
    if (content.turnComplete) said = false;
    return JSON.stringify(message);
  }

  return {
    url: `ws://127.0.0.1:${server.address().port}`,
    say: (text) => {
      words = text;
    },
    think: (text) => {
      thought = text;
    },
    /** The next words of the user are taken for these. */
    mishear: (text) => {
      heard = text;
    },
    end: () => {
      for (const client of server.clients) client.terminate();
      server.close();
      service.end();
    },
  };
}
