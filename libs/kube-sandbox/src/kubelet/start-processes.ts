/*
 * The helper process of `ProcessStarter`. Listens at the given path, starts requested programs, and reports their exit. It
 * stays small, and exits when its parent disconnects; the processes it has started keep running.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { LogStreamName } from './log-line.js';
import { processStartOf } from './process-identity.js';
import { LISTENING, OUTPUT_HEAD_BYTES, type StarterReport, type StartRequest } from './starter-protocol.js';

/** The parts of a request received so far; they may arrive in any order. */
interface ReceivedParts {
  request?: StartRequest;
  stdout?: Socket;
  stderr?: Socket;
}

const waiting = new Map<number, ReceivedParts>();
const report = (message: StarterReport) => void process.send?.(message);

function receive(n: number, part: ReceivedParts): void {
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
  // In the same turn: later the process may be gone, and its start time unknown.
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
    receive(Number(n), { [stream]: socket });
  };
  socket.on('error', () => undefined).on('readable', onReadable);
}

process.on('message', (request: StartRequest) => receive(request.n, { request }));
process.on('disconnect', () => process.exit(0));
createServer(accept).listen(process.argv[2], () => process.send?.(LISTENING));
