import { escapeHtml } from '@app/domain';
import type { NotificationMessage } from './notification-message.js';
import { oneLine } from './plain-text.js';

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const MAX_SUBJECT_CHARACTERS = 200;

/** Renders a mail. The subject is one line; every value is escaped in the HTML. Pure. */
export function renderMail(message: NotificationMessage): RenderedMail {
  return {
    subject: `[proctor] ${oneLine(message.headline, MAX_SUBJECT_CHARACTERS)}`,
    text: renderText(message),
    html: renderHtml(message),
  };
}

function renderText({ headline, facts, args, logLines, link }: NotificationMessage): string {
  const width = Math.max(0, ...facts.map(({ label }) => label.length)) + 2;
  const parts = [
    headline,
    facts.map(({ label, value }) => `${`${label}:`.padEnd(width)} ${value}`).join('\n'),
    args.length > 0 &&
      `Args:\n${args.map(({ name, value }) => `  ${name}${value && `=${value}`}`).join('\n')}`,
    logLines.length > 0 && `Last log lines:\n${logLines.map((line) => `  | ${line}`).join('\n')}`,
    link && `More: ${link}`,
    FOOTER,
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

const FOOTER = 'Sent by Proctor. Replies to this address are not read.';

const COLOUR = { good: '#1a7f37', bad: '#b42318', neutral: '#1f5fa8' } as const;
const CELL = 'padding:2px 14px 2px 0;vertical-align:top';

function renderHtml({ headline, tone, facts, args, logLines, link }: NotificationMessage): string {
  const rows = facts.map(({ label, value }) => row(label, escapeHtml(value)));
  const argRows = args.map(({ name, value }) => row(name, `<code>${escapeHtml(value)}</code>`));
  const log = logLines.map(escapeHtml).join('\n');
  return [
    '<!doctype html><html><head><meta charset="utf-8"></head>',
    '<body style="font:14px/1.5 system-ui,sans-serif;color:#1f2328">',
    `<h2 style="font-size:18px;color:${COLOUR[tone]}">${escapeHtml(headline)}</h2>`,
    `<table style="border-collapse:collapse">${rows.join('')}</table>`,
    argRows.length > 0 ? `<h3 style="font-size:15px">Args</h3><table>${argRows.join('')}</table>` : '',
    log &&
      `<h3 style="font-size:15px">Last log lines</h3><pre style="background:#f4f5f7;padding:10px">${log}</pre>`,
    link ? `<p><a href="${escapeHtml(link)}">More</a></p>` : '',
    `<p style="color:#6a737d;font-size:12px">${FOOTER}</p></body></html>\n`,
  ].join('\n');
}

function row(label: string, valueHtml: string): string {
  return `<tr><td style="${CELL};color:#6a737d">${escapeHtml(label)}</td><td style="${CELL}">${valueHtml}</td></tr>`;
}
