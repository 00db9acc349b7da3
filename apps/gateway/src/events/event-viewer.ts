import type { Writable } from 'node:stream';
import type { Access, Requester } from '../authentication/access.js';
import { writePatiently } from '../http/write-patiently.js';
import type { Change, FeedUpdate } from './execution-feed.js';

/** For a reader that is slower than the changes. Past this, it is told to read everything again. */
const MAX_WAITING = 500;
const HEARTBEAT = ':\n\n';
const OPEN = 'event: open\ndata: {}\n\n';
const RESET = 'event: reset\ndata: {}\n\n';

/** Writes to one viewer the changes of executions that the viewer may see. Holds the latest of each while the reader is slow. */
export class EventViewer {
  private readonly waiting = new Map<number, Change>();
  private isIncomplete = false;
  private isWriting = false;
  /** Whether the viewer may execute a proc, by its name and groups. */
  private answers = new Map<string, boolean>();

  constructor(
    private readonly output: Writable,
    private requester: Requester,
    private readonly access: Pick<Access, 'mayExecute' | 'maySee'>,
    private readonly options: {
      /** How long the reader may stop reading. */
      patienceMs: number;
      /** Called if it does for longer, or has disconnected. */
      onTooSlow: () => void;
    },
  ) {
    output.write(OPEN);
  }

  /** The same viewer, whose rights may be others now. */
  renew(requester: Requester): void {
    this.requester = requester;
    this.answers = new Map();
  }

  offer({ changes, isIncomplete }: FeedUpdate): void {
    this.isIncomplete ||= isIncomplete;
    for (const change of changes) this.waiting.set(change.execution.id, change);
    if (this.waiting.size > MAX_WAITING) {
      this.waiting.clear();
      this.isIncomplete = true;
    }
    void this.write();
  }

  /** Shows that the connection is alive. */
  beat(): void {
    if (!this.isWriting) this.output.write(HEARTBEAT);
  }

  /** One at a time: what comes meanwhile goes together next. Never rejects. */
  private async write(): Promise<void> {
    if (this.isWriting) return;
    this.isWriting = true;
    while (this.waiting.size > 0 || this.isIncomplete) {
      const text = await this.next();
      if (text === '' || (await writePatiently(this.output, text, this.options.patienceMs))) continue;
      this.waiting.clear();
      this.isIncomplete = false;
      this.options.onTooSlow();
    }
    this.isWriting = false;
  }

  private async next(): Promise<string> {
    const changes = [...this.waiting.values()];
    const reset = this.isIncomplete ? RESET : '';
    this.waiting.clear();
    this.isIncomplete = false;
    const seen: string[] = [];
    for (const change of changes) {
      if (this.mayExecute(change) === true || (await this.maySee(change))) seen.push(change.json);
    }
    if (seen.length === 0) return reset;
    return `${reset}event: executions\ndata: {"executions":[${seen.join(',')}]}\n\n`;
  }

  /** Undefined: not asked yet. */
  private mayExecute(change: Change): boolean | undefined {
    return this.answers.get(keyOf(change));
  }

  /** False if it cannot be found out now. */
  private async maySee(change: Change): Promise<boolean> {
    const { execution, procGroups } = change;
    const { requester, access, answers } = this;
    if (await access.maySee(requester, execution, null)) return true;
    if (procGroups === null || this.mayExecute(change) === false) return false;
    const proc = { name: execution.procName, authorizedGroups: procGroups };
    try {
      const isAllowed = await access.mayExecute(requester, proc);
      answers.set(keyOf(change), isAllowed);
      return isAllowed;
    } catch {
      return false;
    }
  }
}

function keyOf({ execution, procGroups }: Change): string {
  return JSON.stringify([execution.procName, procGroups]);
}
