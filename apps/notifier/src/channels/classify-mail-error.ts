import { oneLine } from '../message/plain-text.js';
import type { SendOutcome } from './channel.js';

/** The fields nodemailer adds to its errors. */
interface MailError {
  code?: string;
  responseCode?: number;
  message: string;
}

const MAX_REASON_CHARACTERS = 300;

/** About errors of TLS, whose code nodemailer replaces by its own. */
const ADVICE: readonly (readonly [words: RegExp, advice: string])[] = [
  [
    /self-signed certificate|unable to (get|verify)/,
    'If you trust the server, set PROCTOR_CA_FILE to the path of its certificate or authority (PEM).',
  ],
  [/wrong version number/, 'The port does not speak TLS from the first byte: set PROCTOR_MAIL_TLS=starttls.'],
];

/** Errors about this mail, as opposed to the connection, the greeting, TLS or the login. */
const ABOUT_THE_MAIL = ['EENVELOPE', 'EMESSAGE'];

/**
 * Classifies an error of sending a mail. A 5xx reply to sender, recipient or content is final (RFC 5321, 4.2.1; 503 is about
 * the order of commands). A refused login, or a server that accepts no connection, is for the operator to fix: retry. Pure.
 */
export function classifyMailError(error: unknown): SendOutcome {
  const { code = '', responseCode, message } = toMailError(error);
  const isReply = responseCode !== undefined && responseCode >= 500 && responseCode !== 503;
  // Without a reply, nodemailer itself rejected the address.
  const isFinal =
    ABOUT_THE_MAIL.includes(code) && (isReply || (code === 'EENVELOPE' && responseCode === undefined));
  const reason = oneLine(message, MAX_REASON_CHARACTERS);
  const advice = ADVICE.find(([words]) => words.test(message))?.[1];
  return {
    kind: isFinal ? 'refused' : 'retry',
    reason: advice === undefined ? reason : `${reason}. ${advice}`,
  };
}

function toMailError(error: unknown): MailError {
  return error instanceof Error ? error : { message: String(error) };
}
