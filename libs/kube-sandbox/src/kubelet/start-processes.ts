/*
 * A process of its own, see `ProcessStarter`: listens at the path that it is given, starts what it is told to, and reports
 * the end. It keeps small, and ends when nobody talks to it any more; what it has started goes on then.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { LogStreamName } from './log-line.js';
import { processStartOf } from './process-identity.js';
import { LISTENING, OUTPUT_HEAD_BYTES, type StarterReport, type StartRequest } from './starter-protocol.js';

/** What has come of a request; the three may come in any order. */
interface Arrived {
  request?: StartRequest;
  stdout?: Socket;
  stderr?: Socket;
}

const waiting = new Map<number, Arrived>();
const report = (one: StarterReport) => void process.send?.(one);

function arrive(n: number, part: Arrived): void {
  const { request, stdout, stderr } = { ...waiting.get(n), ...part };
  waiting.set(n, { request, stdout, stderr });
  if (!request || !stdout || !stderr) return;
  waiting.delete(n);
  start(request, [stdout, stderr])
    .catch(({ code, message }: NodeJS.ErrnoException) => report({ n, kind: 'failed', code, message }))
    .finally(() => [stdout, stderr].forEach((output) => output.destroy()));
}

async function start(
  { n, program, args, env, folder, userId }: StartRequest,
  outputs: Socket[],
): Promise<void> {
  const child: ChildProcess = spawn(program, args, {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', ...outputs],
    ...(userId === null ? {} : { uid: userId, gid: userId }),
  });
  child.once('exit', (exitCode, signal) => report({ n, kind: 'ended', exitCode, signal }));
  // In the same turn: afterwards it may be over, and nobody can tell any more.
  const processStart = child.pid === undefined ? null : processStartOf(child.pid);
  await once(child, 'spawn');
  report({ n, kind: 'started', pid: child.pid!, processStart });
}

function accept(socket: Socket): void {
  const onReadable = () => {
    const head = socket.read(OUTPUT_HEAD_BYTES) as Buffer | null;
    if (head === null) return;
    socket.off('readable', onReadable);
    const [stream, n] = head.toString('latin1').split(' ') as [LogStreamName, string];
    arrive(Number(n), { [stream]: socket });
  };
  socket.on('error', () => undefined).on('readable', onReadable);
}

process.on('message', (request: StartRequest) => arrive(request.n, { request }));
process.on('disconnect', () => process.exit(0));
createServer(accept).listen(process.argv[2], () => process.send?.(LISTENING));
