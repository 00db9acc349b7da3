import { createTransport, type Transporter } from 'nodemailer';
import type { NotificationOutboxStore } from '@app/database';
import { lastLines, ROW_CHARACTERS, ROWS_TO_READ } from '../message/last-lines.js';
import { describeEvent } from '../message/notification-message.js';
import { renderMail } from '../message/render-mail.js';
import { CONNECT_TIMEOUT_MS, type Channel, type OutgoingDelivery, type SendOutcome } from './channel.js';
import { classifyMailError } from './classify-mail-error.js';

export interface MailSettings {
  host: string;
  port: number;
  /** `starttls`: encrypted if the server offers it; `required`: or nothing is sent; `implicit`: from the first byte. */
  tls: MailTls;
  /** Null: the server asks for none. */
  login: { user: string; password: string } | null;
  from: string;
}

export const MAIL_TLS = ['starttls', 'required', 'implicit', 'off'] as const;
export type MailTls = (typeof MAIL_TLS)[number];

export interface MailContext {
  /** Of a delivery: the same each time that it is sent. Without its angle brackets. */
  messageIdOf: (deliveryId: number) => string;
  publicUrl: string | null;
  logs: Pick<NotificationOutboxStore, 'readLastLogRows'>;
}

/** Sends each mail over a connection of its own, so that one that hangs keeps nobody else from theirs. */
export class MailChannel implements Channel {
  private readonly transport: Transporter;

  constructor(
    private readonly settings: MailSettings,
    private readonly context: MailContext,
  ) {
    const { host, port, tls, login } = settings;
    this.transport = createTransport({
      host,
      port,
      secure: tls === 'implicit',
      requireTLS: tls === 'required',
      ignoreTLS: tls === 'off',
      ...(login && { auth: { user: login.user, pass: login.password } }),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      dnsTimeout: CONNECT_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(parcel: OutgoingDelivery, signal: AbortSignal): Promise<SendOutcome> {
    const { id, recipient, event } = parcel;
    if (!isSendable(recipient)) return { kind: 'refused', reason: 'this is not an e-mail address' };
    const { publicUrl, logs, messageIdOf } = this.context;
    const hasLog = event.name === 'ended' && event.execution !== null;
    const rows = hasLog
      ? await logs.readLastLogRows(event.execution?.id ?? 0, ROWS_TO_READ, ROW_CHARACTERS)
      : [];
    const { subject, text, html } = renderMail(describeEvent(event, lastLines(rows), publicUrl));
    try {
      await this.transport.sendMail({
        from: this.settings.from,
        // As an object: nothing in it is taken for a second address.
        to: { name: '', address: recipient },
        subject,
        text,
        html,
        messageId: `<${messageIdOf(id)}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      });
      return { kind: 'sent' };
    } catch (error) {
      return explainRefusal(classifyMailError(error), recipient);
    }
  }
}

/** Servers that lack SMTPUTF8 (RFC 6531) say no more than that the address is malformed. */
function explainRefusal(outcome: SendOutcome, recipient: string): SendOutcome {
  const localPart = recipient.slice(0, recipient.lastIndexOf('@'));
  if (outcome.kind !== 'refused' || !/[\u0080-\uffff]/.test(localPart)) return outcome;
  const hint = 'what is before its @ is not ASCII, which takes a mail server with SMTPUTF8';
  return { ...outcome, reason: `${outcome.reason} (${hint})` };
}

/** One address and nothing else; what a domain may look like is the server's business. */
function isSendable(recipient: string): boolean {
  return /^[^\s<>()[\],;:\\"@\u0000-\u001f\u007f]+@[^\s<>()[\],;:\\"@\u0000-\u001f\u007f]+$/.test(recipient);
}
