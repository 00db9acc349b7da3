import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LogStreamName } from './log-line.js';
import { signalGroup } from './process-identity.js';
import {
  outputHead,
  type ProcessEnd,
  type ProcessToStart,
  type StarterReport,
  type StartRequest,
} from './starter-protocol.js';
import { openTemporaryFolder } from './temporary-folder.js';

export interface StartedProcess {
  pid: number;
  /** See `processStartOf`. */
  processStart: string | null;
  ended: Promise<ProcessEnd>;
  /** Resolves once no process holds its output open. */
  drained: Promise<void>;
  /** Stops reading its output. */
  detachOutput(): void;
}

/** The compiled file, even if the sandbox runs from sources: the less the helper loads, the less each fork copies. */
const ENTRY = fileURLToPath(
  import.meta.url.replace(
    /(?:\/dist)?\/(?:libs\/kube-sandbox|chunks)\/.*$/,
    '/dist/libs/kube-sandbox/src/kubelet/start-processes.js',
  ),
);
const HELPER_ENDED = 'the helper process that starts containers has ended';
/** Each start opens two connections, and some systems queue only 128 unaccepted ones per socket. */
const MAX_STARTING = 32;
const HEAP_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=64'];

type OnOutput = (stream: LogStreamName, bytes: Buffer) => void;

interface Helper {
  process: ChildProcess;
  socketPath: string;
}

interface Run {
  onReport: (report: StarterReport) => void;
  /** Null until it has started. */
  pid: number | null;
}

/**
 * Starts processes through a small helper process. A fork copies the page tables of the parent and blocks it meanwhile,
 * which takes many times longer with the hundreds of megabytes of the whole sandbox. Output arrives over connections from
 * us to the helper: it accepts them at once, while a busy sandbox would accept them one by one.
 */
export class ProcessStarter {
  private readonly runs = new Map<number, Run>();
  private readonly folder = openTemporaryFolder('kube-sandbox-output');
  private helper: Promise<Helper> | null = null;
  private helpers = 0;
  private readonly starting = new Set<Promise<void>>();
  private lastRequest = 0;

  /** Call it once nothing that it started is running. */
  close(): void {
    void this.helper?.then(
      ({ process }) => process.disconnect(),
      () => undefined,
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @throws the system's error if the program cannot be run */
  async start(what: ProcessToStart, onOutput: OnOutput): Promise<StartedProcess> {
    while (this.starting.size >= MAX_STARTING) await Promise.race(this.starting);
    const started = this.begin(what, onOutput);
    const settled = started.then(
      () => void this.starting.delete(settled),
      () => void this.starting.delete(settled),
    );
    this.starting.add(settled);
    return await started;
  }

  private async begin(what: ProcessToStart, onOutput: OnOutput): Promise<StartedProcess> {
    const helper = await (this.helper ??= this.fork());
    const n = (this.lastRequest += 1);
    const outputs = (['stdout', 'stderr'] as const).map((stream) => {
      const output = connect(helper.socketPath).on('error', ({ message }) => {
        const run = this.runs.get(n);
        if (run?.pid === null) run.onReport({ n, kind: 'failed', code: undefined, message });
      });
      output.on('data', (bytes: Buffer) => onOutput(stream, bytes)).write(outputHead(n, stream));
      return output;
    });
    const detachOutput = () => {
      this.runs.delete(n);
      for (const output of outputs) output.removeAllListeners('data').destroy();
    };
    const closed = outputs.map(
      (output) => new Promise<void>((resolve) => output.once('close', () => resolve())),
    );
    const drained = Promise.all(closed).then(() => undefined);
    return await new Promise((resolve, reject) => {
      let markEnded: (end: ProcessEnd) => void = () => {};
      const ended = new Promise<ProcessEnd>((mark) => (markEnded = mark));
      const onReport = (report: StarterReport) => {
        if (report.kind === 'started') resolve({ ...report, ended, drained, detachOutput });
        else if (report.kind === 'ended') markEnded(report);
        else {
          detachOutput();
          reject(Object.assign(new Error(report.message), { code: report.code }));
        }
      };
      this.runs.set(n, { onReport, pid: null });
      const request: StartRequest = { ...what, n };
      helper.process.send(request);
    });
  }

  private async fork(): Promise<Helper> {
    const socketPath = join(this.folder, String((this.helpers += 1)));
    const helper = fork(ENTRY, [socketPath], {
      execArgv: HEAP_FLAGS,
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      detached: true,
    });
    helper.on('error', () => undefined);
    const ended = once(helper, 'exit').then(() => {
      this.onExit();
      throw new Error(HELPER_ENDED);
    });
    await Promise.race([once(helper, 'message'), ended]);
    helper.on('message', (report: StarterReport) => {
      const run = this.runs.get(report.n);
      if (!run) return;
      if (report.kind === 'started') run.pid = report.pid;
      if (report.kind === 'ended') this.runs.delete(report.n);
      run.onReport(report);
    });
    helper.unref();
    helper.channel?.unref();
    return { process: helper, socketPath };
  }

  /** Without the helper, no exit would be reported, so all running processes are killed. */
  private onExit(): void {
    this.helper = null;
    for (const [n, { pid, onReport }] of this.runs) {
      if (pid === null) {
        onReport({ n, kind: 'failed', code: undefined, message: HELPER_ENDED });
      } else {
        signalGroup(pid, 'SIGKILL');
        onReport({ n, kind: 'ended', exitCode: null, signal: 'SIGKILL' });
      }
    }
  }
}
