import { oneLine } from '../message/plain-text.js';
import type { SendOutcome } from './channel.js';

/** What nodemailer adds to its errors. */
interface MailError {
  code?: string;
  responseCode?: number;
  message: string;
}

const MAX_REASON_CHARACTERS = 300;

/** About this mail, as opposed to the connection, the greeting, TLS or the login. */
const ABOUT_THE_MAIL = ['EENVELOPE', 'EMESSAGE'];

/**
 * A reply 5xx to sender, recipient or content is for good (RFC 5321, 4.2.1; 503 is about the order of commands). A login
 * that is refused, or a server that wants nobody now, is the operator's to mend: the mail waits. Pure.
 */
export function classifyMailError(error: unknown): SendOutcome {
  const { code = '', responseCode, message } = toMailError(error);
  const isReply = responseCode !== undefined && responseCode >= 500 && responseCode !== 503;
  // Without a reply nodemailer itself found the address impossible.
  const isForGood =
    ABOUT_THE_MAIL.includes(code) && (isReply || (code === 'EENVELOPE' && responseCode === undefined));
  const reason = oneLine(message, MAX_REASON_CHARACTERS);
  return { kind: isForGood ? 'refused' : 'retry', reason };
}

function toMailError(error: unknown): MailError {
  return error instanceof Error ? error : { message: String(error) };
}
