import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_POD_SETTINGS, LOG_START, type LogPosition } from '@app/domain';
import { pause } from '@app/timing';
import {
  LogLostError,
  RunnerRefusedForNowError,
  type JobRequest,
  type LogPiece,
  type PodView,
  type Runner,
  type RunView,
} from '../runner.js';
import { SCENARIOS, type ScenarioName } from './scenarios.js';

export interface RunnerUnderTest {
  /** Not started yet. Its containers run the shell script in `SCRIPT`, or play the matching scenario. */
  runner: Runner;
  image: string;
  /** Makes the cluster refuse every new object of a kind. Returns what undoes that. */
  refuse(kind: 'jobs' | 'pods'): Promise<() => Promise<void>>;
  /** Called after the runner is closed. */
  close?(): Promise<void>;
  /** Evicts a pod as a drain does. */
  drain(podName: string): Promise<void> | void;
  /** Adds a container that goes on to new pods. Omitted: this cluster cannot be asked to. */
  injectSidecar?(isOn: boolean): void;
}

const PATIENCE_MS = 60_000;
const MISSING_IMAGE = 'proctor/there-is-no-such-image:1';

/** What every implementation of the port must do. Registers Jest tests: call it in a spec. */
export function describeRunner(name: string, makeRunner: () => Promise<RunnerUnderTest>): void {
  describe(`${name} as a Runner`, () => {
    let cluster: RunnerUnderTest;
    let runner: Runner;
    let count = 0;
    const prefix = `proctor-conformance-${Date.now().toString(36)}`;

    beforeAll(async () => {
      cluster = await makeRunner();
      runner = cluster.runner;
      await runner.start();
    }, PATIENCE_MS);
    afterAll(async () => {
      for (const { jobName, jobUid } of runner.listJobs()) {
        if (jobName.startsWith(prefix)) await runner.deleteJob({ jobName, jobUid });
      }
      await runner.close();
      await cluster.close?.();
    }, PATIENCE_MS);

    function requestFor(scenario: ScenarioName, change: Partial<JobRequest> = {}): JobRequest {
      const n = ++count;
      return {
        jobName: `${prefix}-${n}`,
        executionId: String(n),
        procName: 'Conformance test',
        team: '',
        user: '',
        image: cluster.image,
        args: { SCRIPT: SCENARIOS[scenario].shell, ...change.args },
        context: { EXECUTION_ID: String(n) },
        timeoutSeconds: 300,
        retries: 0,
        pod: DEFAULT_POD_SETTINGS,
        ...Object.fromEntries(Object.entries(change).filter(([field]) => field !== 'args')),
      };
    }

    async function create(request: JobRequest) {
      const outcome = await runner.createJob(request);
      if (outcome.kind !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`);
      return { jobName: request.jobName, jobUid: outcome.jobUid };
    }

    /** A quota may take a moment to notice that there is room again. */
    async function untilCreated(request: JobRequest): Promise<void> {
      for (;;) {
        const outcome = await runner.createJob(request).catch((error: unknown) => {
          if (!(error instanceof RunnerRefusedForNowError)) throw error;
          return null;
        });
        if (outcome) return expect(outcome.kind).toBe('created');
        await pause(200);
      }
    }

    async function launch(request: JobRequest, secrets: Record<string, string> = {}) {
      const job = await create(request);
      expect(await runner.createSecret(job, secrets)).toEqual({ kind: 'created', values: secrets });
      return job;
    }

    async function until(jobName: string, matches: (run: RunView) => boolean): Promise<RunView> {
      let last: RunView | undefined;
      for await (const run of runner.observe(jobName, AbortSignal.timeout(PATIENCE_MS))) {
        last = run;
        if (matches(run)) return run;
      }
      throw new Error(`${jobName} never reached the expected state; last: ${JSON.stringify(last)}`);
    }

    const untilPod = async (jobName: string, ...kinds: PodView['state']['kind'][]) => {
      const run = await until(jobName, ({ pods }) => pods.some(({ state }) => kinds.includes(state.kind)));
      return run.pods.find(({ state }) => kinds.includes(state.kind))!;
    };
    const untilFinished = (jobName: string) => until(jobName, ({ job }) => job?.finished != null);

    async function readLog(
      pod: PodView,
      from: LogPosition = LOG_START,
      onOpen?: () => void,
    ): Promise<LogPiece[]> {
      const pieces: LogPiece[] = [];
      for await (const piece of runner.followLog(pod, from, AbortSignal.timeout(PATIENCE_MS), onOpen))
        pieces.push(piece);
      return pieces;
    }
    const textOf = (pieces: readonly LogPiece[]) =>
      pieces
        .map((piece) => (piece.kind === 'gap' ? '<gap>\n' : piece.text + (piece.endsLine ? '\n' : '')))
        .join('');

    it(
      'runs a Job to completion and returns its whole log',
      async () => {
        const { jobName } = await launch(requestFor('printThree'));
        const pod = await untilPod(jobName, 'running', 'succeeded');
        let opened = 0;
        expect(textOf(await readLog(pod, LOG_START, () => (opened += 1)))).toBe('one\ntwo\nthree\n');
        expect(opened).toBeGreaterThan(0);
        const { job, pods } = await untilFinished(jobName);
        expect(job).toMatchObject({ jobName, active: 0, finished: { succeeded: true } });
        expect(pods.map(({ state }) => state.kind)).toEqual(['succeeded']);
      },
      PATIENCE_MS,
    );

    it(
      'starts nothing before the Secret exists',
      async () => {
        const request = requestFor('printThree');
        const job = await create(request);
        const { state } = await untilPod(job.jobName, 'waiting');
        expect(state).toMatchObject({ kind: 'waiting' });
        await until(
          job.jobName,
          ({ pods: [pod] }) =>
            pod?.state.kind === 'waiting' && pod.state.reason === 'CreateContainerConfigError',
        );
        expect(await runner.readSecret(job.jobName)).toBeNull();
        await runner.createSecret(job, {});
        await untilPod(job.jobName, 'succeeded');
      },
      PATIENCE_MS,
    );

    it(
      'follows a log while it is written, and resumes it after any piece',
      async () => {
        const { jobName } = await launch(requestFor('printSlowly'));
        const pod = await untilPod(jobName, 'running', 'succeeded');
        const whole = await readLog(pod);
        expect(textOf(whole)).toBe('1\n2\n3\n4\n');
        for (const [n, piece] of whole.entries()) {
          expect(textOf([...whole.slice(0, n + 1), ...(await readLog(pod, piece.position))])).toBe(
            '1\n2\n3\n4\n',
          );
        }
      },
      PATIENCE_MS,
    );

    it(
      'returns a very long line in pieces',
      async () => {
        const { jobName } = await launch(requestFor('printLongLine'));
        const pieces = await readLog(await untilPod(jobName, 'running', 'succeeded'));
        expect(pieces.length).toBeGreaterThan(2);
        expect(textOf(pieces)).toBe(`${'x'.repeat(200_000)}\n`);
        const cut = pieces[0]!;
        const pod = await untilPod(jobName, 'succeeded');
        expect(textOf([cut, ...(await readLog(pod, cut.position))])).toBe(`${'x'.repeat(200_000)}\n`);
      },
      PATIENCE_MS,
    );

    it(
      'passes args, secrets and context unchanged, context overriding args',
      async () => {
        const A = `$HOME $(SECRET) $$ $$(A) "quoted" 'é'`;
        const request = requestFor('printEnvironment', { args: { A, B: 'arg' }, context: { B: 'context' } });
        const { jobName } = await launch(request, { SECRET: '$(A)$$' });
        const pod = await untilPod(jobName, 'running', 'succeeded');
        expect(textOf(await readLog(pod))).toBe(`${A}\ncontext\n$(A)$$\n`);
      },
      PATIENCE_MS,
    );

    it(
      'reports the exit code of a failed run',
      async () => {
        const { jobName } = await launch(requestFor('exitSeven'));
        const { job, pods } = await untilFinished(jobName);
        expect(job?.finished).toMatchObject({ succeeded: false });
        expect(pods[0]?.state).toMatchObject({ kind: 'failed', exitCode: 7, reason: 'Error' });
      },
      PATIENCE_MS,
    );

    it(
      'retries as often as requested, one pod after another',
      async () => {
        const { jobName } = await launch(requestFor('exitSeven', { retries: 1 }));
        const { job, pods } = await untilFinished(jobName);
        expect(job?.finished).toMatchObject({ succeeded: false, reason: 'BackoffLimitExceeded' });
        expect(pods.map(({ state }) => state.kind)).toEqual(['failed', 'failed']);
        expect(pods[0]!.createdAt.getTime()).toBeLessThanOrEqual(pods[1]!.createdAt.getTime());
      },
      PATIENCE_MS,
    );

    it(
      'ends a run past its deadline, keeping the pod and its log',
      async () => {
        const { jobName } = await launch(requestFor('runForever', { timeoutSeconds: 5 }));
        const { pods } = await untilFinished(jobName);
        expect(pods[0]?.state).toMatchObject({ kind: 'failed', reason: 'DeadlineExceeded' });
        expect(textOf(await readLog(pods[0]!))).toBe('started\n');
      },
      PATIENCE_MS,
    );

    it(
      'reports why a pod cannot start',
      async () => {
        const { jobName } = await launch(requestFor('missingImage', { image: MISSING_IMAGE }));
        const { pods } = await until(
          jobName,
          ({ pods: [pod] }) => pod?.state.kind === 'waiting' && /Pull/.test(pod.state.reason ?? ''),
        );
        expect(pods[0]?.state).toMatchObject({
          reason: expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/),
        });
      },
      PATIENCE_MS,
    );

    it(
      'recognizes its own Job, and tells it apart from one of another execution',
      async () => {
        const request = requestFor('runForever');
        const { jobUid } = await create(request);
        expect(await runner.createJob(request)).toEqual({ kind: 'exists', jobUid, ours: true });
        expect(await runner.createJob({ ...request, executionId: '999999' })).toEqual({
          kind: 'exists',
          jobUid,
          ours: false,
        });
      },
      PATIENCE_MS,
    );

    it(
      'leaves an existing Secret unchanged',
      async () => {
        const job = await launch(requestFor('printThree'), { TOKEN: 'first' });
        const existing = { kind: 'exists', values: { TOKEN: 'first' } };
        expect(await runner.createSecret(job, { TOKEN: 'second' })).toEqual(existing);
        expect(await runner.readSecret(job.jobName)).toEqual({ TOKEN: 'first' });
      },
      PATIENCE_MS,
    );

    it(
      'creates the files of a Job once',
      async () => {
        const files = [{ path: '/etc/a', bytes: 5, digest: '' }];
        const job = await create(requestFor('printThree', { pod: { ...DEFAULT_POD_SETTINGS, files } }));
        expect(await runner.createFiles(job, ['first'])).toBe('created');
        expect(await runner.createFiles(job, ['second'])).toBe('exists');
      },
      PATIENCE_MS,
    );

    it(
      'reports why a Job is refused permanently',
      async () => {
        const outcome = await runner.createJob({ ...requestFor('printThree'), jobName: 'Not_A_Name' });
        expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('Not_A_Name') });
      },
      PATIENCE_MS,
    );

    it(
      'reports that a Job is refused for now, in the words of the cluster',
      async () => {
        const allow = await cluster.refuse('jobs');
        const request = requestFor('printThree');
        try {
          const refusal = await runner.createJob(request).catch((error: unknown) => error);
          expect(refusal).toBeInstanceOf(RunnerRefusedForNowError);
          expect((refusal as Error).message).toMatch(/^jobs\.batch "[^"]+" is forbidden: exceeded quota: /);
          expect(await runner.read(request.jobName)).toEqual({ job: null, pods: [] });
        } finally {
          await allow();
        }
        await untilCreated(request);
      },
      PATIENCE_MS,
    );

    it(
      'says why a Job has no pods, and creates them once they are allowed',
      async () => {
        const allow = await cluster.refuse('pods');
        const request = requestFor('printThree');
        try {
          await launch(request);
          const { job, pods } = await until(request.jobName, (run) => run.job?.warning !== undefined);
          expect(job?.warning).toMatchObject({
            reason: 'FailedCreate',
            message: expect.stringMatching(/pods "[^"]+" is forbidden: exceeded quota: /),
          });
          expect(pods).toEqual([]);
          expect((await runner.read(request.jobName)).job?.warning).toEqual(job?.warning);
        } finally {
          await allow();
        }
        await untilPod(request.jobName, 'succeeded');
      },
      2 * PATIENCE_MS,
    );

    it(
      'does not send a request whose signal is aborted',
      async () => {
        const request = requestFor('printThree');
        await expect(runner.createJob(request, AbortSignal.abort())).rejects.toMatchObject({
          name: 'AbortError',
        });
        expect(await runner.read(request.jobName)).toEqual({ job: null, pods: [] });
      },
      PATIENCE_MS,
    );

    it(
      'reads a run directly, and returns null for a missing one',
      async () => {
        const { jobName, jobUid } = await launch(requestFor('printThree'));
        expect((await runner.read(jobName)).job).toMatchObject({ jobName, jobUid });
        await untilPod(jobName, 'succeeded');
        expect((await runner.read(jobName)).pods).toHaveLength(1);
        expect(await runner.read(`${prefix}-none`)).toEqual({ job: null, pods: [] });
        expect(await runner.readSecret(`${prefix}-none`)).toBeNull();
      },
      PATIENCE_MS,
    );

    it(
      'deletes only the Job with the given uid and its pods, and may be repeated',
      async () => {
        const job = await launch(requestFor('runForever'));
        const pod = await untilPod(job.jobName, 'running');
        await runner.deleteJob({ ...job, jobUid: '00000000-0000-0000-0000-000000000000' });
        expect((await runner.read(job.jobName)).job?.isBeingDeleted).toBe(false);
        await runner.deleteJob(job);
        await until(job.jobName, (run) => run.job === null && run.pods.length === 0);
        await runner.deleteJob(job);
        await expect(readLog(pod)).rejects.toBeInstanceOf(LogLostError);
      },
      PATIENCE_MS,
    );

    it(
      'says whether a pod may still run, and what Kubernetes makes of it',
      async () => {
        const { jobName } = await launch(requestFor('printSlowly'));
        expect(await untilPod(jobName, 'running')).toMatchObject({ mayRun: true, phase: 'active' });
        const { pods } = await untilFinished(jobName);
        expect(pods).toMatchObject([
          { mayRun: false, phase: 'succeeded', isKeptAlive: false, isDisrupted: false },
        ]);
      },
      PATIENCE_MS,
    );

    it(
      'deletes only the pod with the given uid, and may be repeated',
      async () => {
        const { jobName } = await launch(requestFor('runForever'));
        const pod = await untilPod(jobName, 'running');
        await runner.deletePod({ ...pod, podUid: '00000000-0000-0000-0000-000000000000' });
        expect((await runner.read(jobName)).pods).toMatchObject([{ isBeingDeleted: false }]);
        await runner.deletePod(pod);
        await until(jobName, ({ pods }) => pods.every(({ mayRun }) => !mayRun));
        await runner.deletePod(pod);
      },
      PATIENCE_MS,
    );

    it(
      'runs a pod without retries only once, even if it is drained',
      async () => {
        const { jobName } = await launch(requestFor('runForever'));
        const pod = await untilPod(jobName, 'running');
        await cluster.drain(pod.podName);
        const { job, pods } = await untilFinished(jobName);
        expect(job?.finished).toMatchObject({ succeeded: false });
        expect(pods.filter(({ podUid }) => podUid !== pod.podUid)).toEqual([]);
      },
      PATIENCE_MS,
    );

    it(
      'replaces a drained pod without counting it as a retry',
      async () => {
        const job = await launch(requestFor('runForever', { retries: 1 }));
        const seen = new Set<string>();
        for (let drains = 0; drains <= 2; drains++) {
          const isNext = ({ podUid, state }: PodView) => state.kind === 'running' && !seen.has(podUid);
          const { pods } = await until(job.jobName, (run) => run.pods.some(isNext));
          const pod = pods.find(isNext)!;
          seen.add(pod.podUid);
          if (drains < 2) await cluster.drain(pod.podName);
        }
        expect((await runner.read(job.jobName)).job).toMatchObject({ finished: null, endedPods: 0 });
        await runner.deleteJob(job);
      },
      // In a cluster each drain takes its grace period, and each attempt its back-off.
      4 * PATIENCE_MS,
    );

    it(
      'sees the end of its own container, whatever another one does',
      async () => {
        if (!cluster.injectSidecar) return;
        cluster.injectSidecar(true);
        try {
          for (const [scenario, kind] of [
            ['printThree', 'succeeded'],
            ['exitSeven', 'failed'],
          ] as const) {
            const job = await launch(requestFor(scenario, { retries: 1 }));
            const pod = await untilPod(job.jobName, kind);
            expect(pod).toMatchObject({ phase: 'active', isKeptAlive: true, mayRun: false });
            if (kind === 'succeeded') expect(textOf(await readLog(pod))).toBe('one\ntwo\nthree\n');
            await runner.deleteJob(job);
          }
        } finally {
          cluster.injectSidecar(false);
        }
      },
      PATIENCE_MS,
    );

    it(
      'shows every reader the current state at once, and ends on abort',
      async () => {
        const { jobName, jobUid } = await launch(requestFor('printThree'));
        await untilFinished(jobName);
        expect(runner.listJobs()).toContainEqual(expect.objectContaining({ jobName, jobUid }));
        const reading = new AbortController();
        const seen: RunView[] = [];
        for await (const run of runner.observe(jobName, reading.signal)) {
          seen.push(run);
          reading.abort();
        }
        expect(seen).toHaveLength(1);
        expect(seen[0]?.job?.finished).toMatchObject({ succeeded: true });
        expect(runner.isConnected()).toBe(true);
      },
      PATIENCE_MS,
    );
  });
}
