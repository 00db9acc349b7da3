import type { NotificationMessage } from './notification-message.js';
import { cut } from './plain-text.js';

/** Slack's limits: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const MAX_TEXT_CHARACTERS = 3_000;
const MAX_FIELD_CHARACTERS = 2_000;
const MAX_FIELDS = 10;

const SHOWN = ['Status', 'Exit code', 'Took', 'Requested by', 'Execution', 'Schedule', 'Tags', 'Reason'];
const MARK = { good: ':white_check_mark:', bad: ':x:', neutral: ':information_source:' } as const;

/** The body for an incoming webhook, without the log: a channel has more readers than a mail. Pure. */
export function renderSlack({ headline, tone, facts, args, link }: NotificationMessage): object {
  const title = `${MARK[tone]} *${escapeSlack(headline)}*${link ? `\n<${escapeSlack(link)}|More>` : ''}`;
  const fields = facts
    .filter(({ label }) => SHOWN.includes(label))
    .slice(0, MAX_FIELDS)
    .map(({ label, value }) => mrkdwn(`*${label}*\n${escapeSlack(cut(value, 350))}`, MAX_FIELD_CHARACTERS));
  const argText = args.map(({ name, value }) => `${name}=${value}`).join('\n');
  return {
    text: escapeSlack(`[proctor] ${headline}`),
    blocks: [
      {
        type: 'section',
        text: mrkdwn(title, MAX_TEXT_CHARACTERS),
        ...(fields.length > 0 && { fields }),
      },
      ...(argText === ''
        ? []
        : [{ type: 'section', text: { type: 'plain_text', text: cut(argText, 2_000) } }]),
    ],
  };
}

/** Escapes the three control characters of Slack: https://docs.slack.dev/messaging/formatting-message-text */
export function escapeSlack(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function mrkdwn(text: string, maxCharacters: number): object {
  return { type: 'mrkdwn', text: cut(text, maxCharacters), verbatim: true };
}
