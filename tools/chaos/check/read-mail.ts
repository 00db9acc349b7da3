import type { Mail } from './evidence.js';
import type { SourceMail } from './sources.js';

/** Reads an email as its recipient would. Pure. */
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

/** Each fact is a line of its own; args and log lines are indented. */
function factOf(text: string, label: string): string | null {
  return new RegExp(`^${label}: +(\\S+)$`, 'm').exec(text)?.[1] ?? null;
}

function eventOf(subject: string, executionId: string | null): Mail['event'] {
  if (executionId === null) return 'other';
  if (subject.endsWith(' started')) return 'started';
  return subject.includes(' takes longer than usual') ? 'slow' : 'ended';
}
