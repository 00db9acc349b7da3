/** Attacks a gateway, or probes its health, in a process of its own: `node attack-gateway.mjs KIND PORT [CREDENTIALS]`. */
import { connect } from 'node:net';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [kind, port, credentials = '{}'] = process.argv.slice(2);
const { email, token, executionId } = JSON.parse(credentials);
const identity = `Host: 127.0.0.1\r\nEmail-Id: ${email}\r\nAccess-Token: ${token}\r\n`;
const LARGE_BODY = JSON.stringify(
  Object.fromEntries(Array.from({ length: 80_000 }, (_, n) => [`name_${n}`, ''])),
);

let opened = 0;

/** @param {string} text what the socket sends first */
function open(text, onOpen = (/** @type {import('node:net').Socket} */ _socket) => undefined) {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      opened++;
      socket.write(text);
      onOpen(socket);
      resolve(socket);
    });
    socket.resume();
    socket.once('error', resolve).once('close', resolve);
  });
}

/** Keeps so many sockets open, each of which begins with the text. */
async function keepOpen(count, text, onOpen) {
  const openOne = async () => {
    for (;;) {
      const socket = await open(text, onOpen);
      if (!socket?.destroyed) await new Promise((resolve) => socket?.once?.('close', resolve) ?? resolve());
    }
  };
  for (let n = 0; n < count; n++) {
    void openOne();
    if (n % 100 === 99) await sleep(1);
  }
}

const attacks = {
  'connections without a request': () => keepOpen(3_000, ''),
  'requests whose headers never end': () =>
    keepOpen(3_000, 'GET /metadata HTTP/1.1\r\nHost: 127.0.0.1\r\nX-'),
  'slow bodies': () =>
    keepOpen(
      900,
      `POST /execution HTTP/1.1\r\n${identity}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{`,
      (socket) => {
        const timer = setInterval(() => socket.write(' '.repeat(100)), 200);
        socket.once('close', () => clearInterval(timer));
      },
    ),
  'bodies of 80,000 names': () =>
    keepOpen(
      100,
      `POST /execution HTTP/1.1\r\n${identity}Connection: close\r\nContent-Type: application/json\r\nContent-Length: ${LARGE_BODY.length}\r\n\r\n${LARGE_BODY}`,
    ),
  'log streams': () =>
    keepOpen(
      240,
      `GET /execution/${executionId}/log?follow HTTP/1.1\r\n${identity}Accept: text/plain\r\n\r\n`,
    ),
  'wrong tokens': () =>
    keepOpen(
      200,
      `GET /whoami HTTP/1.1\r\nHost: 127.0.0.1\r\nEmail-Id: ${email}\r\nAccess-Token: wrong\r\nConnection: close\r\n\r\n`,
    ),
};

/** Checks the health again and again, and reports each answer's status (or the error) and how long it took. */
async function probe() {
  for (;;) {
    const startedAt = performance.now();
    const status = await checkHealth();
    process.send?.({ status, ms: Math.round(performance.now() - startedAt) });
    await sleep(20);
  }
}

/** @returns {Promise<string>} */
function checkHealth() {
  return new Promise((resolve) => {
    get(`http://127.0.0.1:${port}/health/live`, { agent: false }, (answer) => {
      answer.resume().once('end', () => resolve(String(answer.statusCode)));
    }).once('error', (error) => resolve(error.message));
  });
}

if (kind === 'probe') await probe();
else {
  // How many connections it has opened so far, at first none.
  const report = () => process.send?.(opened);
  report();
  setInterval(report, 200);
  await attacks[kind]();
}
