import type { ProcsStore } from '@app/database';
import { AppError } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { Caller } from '../authentication/caller.js';

/** Removes procs. Keeps their executions and logs. */
export class RemoveProc {
  constructor(
    private readonly procs: Pick<ProcsStore, 'find' | 'remove'>,
    private readonly news: Pick<AccessNews, 'announce'>,
    private readonly audit: AuditTrail,
  ) {}

  /** Removes a proc and its secrets. @throws AppError `not_found`; `conflict` while schedules or live executions use it */
  async remove(name: string, { user, address }: Caller): Promise<void> {
    const found = await this.procs.find(name);
    if (!found) throw notFound(name);
    const details = { revision: found.revision };
    const entry = { actor: user.email, action: 'removeProc', subject: name, address, details };
    await this.audit.recordChange(entry, () => this.removeUnused(name));
    this.news.announce();
  }

  private async removeUnused(name: string): Promise<void> {
    const outcome = await this.procs.remove(name);
    switch (outcome.kind) {
      case 'removed':
        return;
      case 'not_found':
        throw notFound(name);
      case 'in_use':
        throw inUse(name, outcome);
    }
  }
}

function notFound(name: string): AppError {
  return new AppError('not_found', `No such proc: ${name}.`);
}

function inUse(name: string, { schedules, live }: { schedules: number; live: number }): AppError {
  const [users, steps]: [string[], string[]] = [[], []];
  if (schedules > 0) {
    users.push(schedules === 1 ? '1 schedule' : `${schedules} schedules`);
    steps.push('remove its schedules');
  }
  if (live > 0) {
    users.push(live === 1 ? '1 live execution' : `${live} live executions`);
    steps.push('cancel its executions or wait for them to end');
  }
  return new AppError('conflict', `${name} is in use by ${users.join(' and ')}.`, {
    hint: `First ${steps.join(', and ')}.`,
  });
}
