import type { Mail } from './evidence.js';
import type { SourceMail } from './sources.js';

/** What a mail says, as its reader finds it. Pure. */
export function readMail({ to, messageId, parsed }: SourceMail): Mail {
  const { subject = '', text = '' } = parsed;
  const executionId = factOf(text, 'Execution');
  return {
    to: [...to],
    messageId,
    event: eventOf(subject, executionId),
    executionId: executionId === null ? null : Number(executionId),
    status: factOf(text, 'Status'),
    subject,
  };
}

/** Facts stand one to a line, before args and log lines, which are indented. */
function factOf(text: string, label: string): string | null {
  return new RegExp(`^${label}: +(\\S+)$`, 'm').exec(text)?.[1] ?? null;
}

function eventOf(subject: string, executionId: string | null): Mail['event'] {
  if (executionId === null) return 'other';
  if (subject.endsWith(' started')) return 'started';
  return subject.includes(' takes longer than usual') ? 'slow' : 'ended';
}
