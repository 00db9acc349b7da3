import type {
  AttemptRecord,
  AttemptUpdate,
  ClaimedExecution,
  ExecutionEnd,
  Lease,
  LogBatch,
  LogExtent,
  LogRow,
  Move,
  RecordJobOutcome,
  RefusalRecord,
} from '@app/database';
import {
  DEFAULT_POD_SETTINGS,
  INITIAL_STATUS,
  isFinal,
  LOG_START,
  statusesBefore,
  type Execution,
  type PodFile,
  type ProcSnapshot,
} from '@app/domain';

interface Row {
  execution: Execution;
  snapshot: ProcSnapshot;
  secretArgs: ClaimedExecution['secretArgs'];
  epoch: number;
  jobUid: string | null;
  jobNamespace: string | null;
  claimsWithoutProgress: number;
  refusals: { atMs: number; sumMs: number } | null;
  attempts: AttemptRecord[];
  updates: Map<string, AttemptUpdate>;
  log: LogRow[];
  isReleased: boolean;
  notifications: number;
}

/** The stores in memory: executions, leases, logs and secrets, with the rules the real stores enforce. */
export class FakeRecords {
  readonly rows = new Map<number, Row>();
  /** The secrets of the only proc. */
  secretValues: Record<string, string> = {};
  /** Texts of files, by digest. */
  readonly texts = new Map<string, string>();
  /** The key that encrypts and decrypts secret args from now on. */
  keyId = 'key-1';
  /** If set, every call throws it. */
  failure: Error | null = null;
  /** Runs before the method of that name does its work. */
  readonly before = new Map<string, () => void>();

  add(
    changes: Partial<Execution> & {
      snapshot?: Partial<ProcSnapshot>;
      /** In plain text. */
      secretArgs?: Record<string, string>;
    } = {},
  ): number {
    const { snapshot, secretArgs, ...rest } = changes;
    const id = this.rows.size + 1;
    const at = new Date();
    this.rows.set(id, {
      execution: {
        id,
        procName: 'proc',
        jobName: `proctor-test-${id}`,
        image: 'image:1',
        args: {},
        secretArgNames: Object.keys(secretArgs ?? {}),
        userEmail: 'ada@example.org',
        status: INITIAL_STATUS,
        exitCode: null,
        reason: null,
        createdAt: at,
        updatedAt: at,
        startedAt: null,
        endedAt: null,
        waitsUntil: null,
        cancelRequestedAt: null,
        cancelRequestedBy: null,
        origin: { kind: 'person' },
        ...rest,
      },
      snapshot: {
        timeoutSeconds: null,
        retries: null,
        requiredSecrets: [],
        organization: '',
        pod: DEFAULT_POD_SETTINGS,
        ...snapshot,
      },
      secretArgs: secretArgs ? this.seal(secretArgs) : null,
      epoch: 0,
      jobUid: null,
      jobNamespace: null,
      claimsWithoutProgress: 0,
      refusals: null,
      attempts: [],
      updates: new Map(),
      log: [],
      isReleased: false,
      notifications: 0,
    });
    return id;
  }

  row(id: number): Row {
    const row = this.rows.get(id);
    if (!row) throw new Error(`execution ${id} does not exist`);
    return row;
  }

  textOf(id: number): string[] {
    return this.row(id).log.map(({ text }) => text);
  }

  requestCancel(id: number): void {
    this.row(id).execution.cancelRequestedAt ??= new Date();
  }

  async claim(id: number): Promise<ClaimedExecution | null> {
    this.enter('claim');
    const row = this.row(id);
    if (isFinal(row.execution.status)) return null;
    row.epoch++;
    row.isReleased = false;
    const { snapshot, secretArgs, jobUid, jobNamespace, epoch } = row;
    return {
      lease: { executionId: id, epoch },
      execution: { ...row.execution },
      snapshot,
      isFirstClaim: epoch === 1,
      hasProcSecrets: true,
      secretArgs,
      jobUid,
      jobNamespace,
      claimsWithoutProgress: row.claimsWithoutProgress++,
      attempts: row.attempts.map((attempt) => ({ ...attempt })),
    };
  }

  async readFiles(files: readonly PodFile[]): Promise<PodFile[]> {
    this.enter('readFiles');
    return files.map((file) => {
      const content = this.texts.get(file.digest);
      return content === undefined ? file : { ...file, content };
    });
  }

  async recordJob(lease: Lease, jobUid: string, namespace: string): Promise<RecordJobOutcome> {
    this.enter('recordJob');
    const row = this.held(lease);
    if (!row) return 'fenced';
    if (row.execution.cancelRequestedAt) return 'cancel_requested';
    if (row.jobUid === null) {
      row.refusals = null;
      Object.assign(row.execution, { reason: null, waitsUntil: null });
    }
    Object.assign(row, { jobUid, jobNamespace: namespace, claimsWithoutProgress: 0 });
    row.execution.status = 'CREATED';
    return 'recorded';
  }

  async record(
    lease: Lease,
    { attempts = [], move }: { attempts?: readonly AttemptUpdate[]; move?: Move },
  ): Promise<boolean> {
    this.enter('record');
    const row = this.held(lease);
    if (!row) return false;
    for (const attempt of attempts) recordAttempt(row, attempt);
    if (!move) return true;
    this.enter('move');
    const { status, reason = null, waitsUntil = null } = move;
    if ([status, ...statusesBefore(status)].includes(row.execution.status)) {
      if (row.execution.status !== status) row.claimsWithoutProgress = 0;
      Object.assign(row.execution, { status, reason, waitsUntil });
      row.refusals = null;
    }
    return true;
  }

  async recordRefusal(
    lease: Lease,
    { reason, limitMs, maxGapMs }: { reason: string; limitMs: number; maxGapMs: number },
  ): Promise<RefusalRecord | null> {
    this.enter('recordRefusal');
    const row = this.held(lease);
    if (!row) return null;
    const now = Date.now();
    const gapMs = row.refusals ? Math.min(now - row.refusals.atMs, maxGapMs) : 0;
    row.refusals = { atMs: now, sumMs: (row.refusals?.sumMs ?? 0) + gapMs };
    const waitsUntil = new Date(now + limitMs - row.refusals.sumMs);
    Object.assign(row.execution, { reason, waitsUntil });
    return { waitsUntil, isOver: row.refusals.sumMs >= limitMs };
  }

  async noteOutage(lease: Lease, reason: string): Promise<boolean> {
    this.enter('noteOutage');
    const row = this.held(lease);
    if (row) Object.assign(row.execution, { reason, waitsUntil: null });
    return row !== null;
  }

  async end(
    lease: Lease,
    end: ExecutionEnd,
    attempts: readonly AttemptUpdate[] = [],
  ): Promise<{ admitted: number[] } | null> {
    this.enter('end');
    const row = this.held(lease);
    for (const attempt of row ? attempts : []) recordAttempt(row!, attempt);
    if (!row || !statusesBefore(end.status).includes(row.execution.status)) return null;
    Object.assign(row.execution, end, { endedAt: new Date() });
    row.notifications++;
    return { admitted: [] };
  }

  async isHeld(lease: Lease): Promise<boolean> {
    this.enter('isHeld');
    return this.held(lease) !== null;
  }

  async release(lease: Lease): Promise<void> {
    this.enter('release');
    const row = this.held(lease);
    if (row) Object.assign(row, { isReleased: true, claimsWithoutProgress: 0 });
  }

  async listLive(ids: readonly number[], at: Date): Promise<Map<number, { jobUid: string | null }>> {
    this.enter('listLive');
    const wasLive = ({ status, endedAt }: Execution) =>
      !isFinal(status) || (endedAt !== null && endedAt >= at);
    const live = [...this.rows].filter(([id, { execution }]) => ids.includes(id) && wasLive(execution));
    return new Map(live.map(([id, { jobUid }]) => [id, { jobUid }]));
  }

  async append(batches: readonly LogBatch[]): Promise<Set<LogBatch>> {
    this.enter('append');
    const stored = batches.filter(({ lease }) => this.held(lease));
    for (const { lease, podUid, rows, position, isComplete, drop } of stored) {
      const row = this.row(lease.executionId);
      const known = new Set(row.log.map(({ seq }) => seq));
      row.log = [...row.log, ...rows.filter(({ seq }) => !known.has(seq))]
        .filter(({ seq }) => !drop || seq <= drop.afterSeq || seq >= drop.beforeSeq)
        .sort((a, b) => a.seq - b.seq);
      const attempt = row.attempts.find((one) => one.podUid === podUid);
      if (attempt) Object.assign(attempt, { logPosition: position, isLogComplete: isComplete });
    }
    return new Set(stored);
  }

  async readExtent(id: number): Promise<LogExtent> {
    this.enter('readExtent');
    const { log } = this.row(id);
    return {
      lastSeq: log.at(-1)?.seq ?? 0,
      headCostBytes: log.reduce((sum, { text }) => sum + Math.max(text.length, 32), 0),
      cutSeq: null,
      tail: [],
      isLineOpen: log.at(-1)?.endsLine === false,
    };
  }

  async read(): Promise<Record<string, string>> {
    this.enter('read');
    return { ...this.secretValues };
  }

  openArgs(_procName: string, sealed: NonNullable<ClaimedExecution['secretArgs']>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(sealed).map(([name, { ciphertext, keyId }]) => {
        if (keyId !== this.keyId)
          throw new Error(`${name} was encrypted with key ${keyId}, this is ${this.keyId}.`);
        return [name, Buffer.from(ciphertext, 'base64').toString('utf8')];
      }),
    );
  }

  private seal(values: Record<string, string>): NonNullable<ClaimedExecution['secretArgs']> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        { ciphertext: Buffer.from(value).toString('base64'), keyId: this.keyId },
      ]),
    );
  }

  private enter(call: string): void {
    this.before.get(call)?.();
    if (this.failure) throw this.failure;
  }

  private held({ executionId, epoch }: Lease): Row | null {
    const row = this.row(executionId);
    return row.epoch === epoch && !isFinal(row.execution.status) ? row : null;
  }
}

function recordAttempt(row: Row, update: AttemptUpdate): void {
  const { podUid, startedAt, ...state } = update;
  const known = row.attempts.find((attempt) => attempt.podUid === podUid);
  if (known) Object.assign(known, state);
  else row.attempts.push({ podUid, ...state, logPosition: LOG_START, isLogComplete: false });
  row.updates.set(podUid, {
    ...update,
    startedAt: startedAt ?? row.updates.get(podUid)?.startedAt ?? null,
  });
  row.execution.startedAt ??= startedAt;
}

/** The error the driver throws while Postgres is unavailable. */
export function unavailable(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
}
