import { createTransport, type Transporter } from 'nodemailer';
import type { NotificationOutboxStore, OutboxEvent } from '@app/database';
import { withAsciiDomain } from '@app/domain';
import type { Outbound } from '@app/outbound';
import { lastLines, ROW_CHARACTERS, ROWS_TO_READ } from '../message/last-lines.js';
import { describeEvent } from '../message/notification-message.js';
import { renderMail } from '../message/render-mail.js';
import { CONNECT_TIMEOUT_MS, type Channel, type OutgoingDelivery, type SendOutcome } from './channel.js';
import { classifyMailError } from './classify-mail-error.js';

export interface MailSettings {
  host: string;
  port: number;
  /** `starttls`: encrypt if the server offers it; `required`: fail if it does not; `implicit`: TLS from the first byte. */
  tls: MailTls;
  /** Null: sends without a login. */
  login: { user: string; password: string } | null;
  from: string;
}

export const MAIL_TLS = ['starttls', 'required', 'implicit', 'off'] as const;
export type MailTls = (typeof MAIL_TLS)[number];

export interface MailContext {
  /** The `Message-ID` of a delivery, without angle brackets; the same for each attempt. */
  messageIdOf: (deliveryId: number) => string;
  publicUrl: string | null;
  outbound: Pick<Outbound, 'tlsOptions'>;
  logs: Pick<NotificationOutboxStore, 'readLastLogRows'>;
  /** Why an email about this event must not go to this address; null: it may. */
  problemOf: (recipient: string, event: OutboxEvent) => Promise<string | null>;
}

/** Sends each mail over its own connection, so that one that hangs does not block the others. */
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
      tls: context.outbound.tlsOptions,
      ...(login && { auth: { user: login.user, pass: login.password } }),
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      dnsTimeout: CONNECT_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send({ id, recipient, event }: OutgoingDelivery, signal: AbortSignal): Promise<SendOutcome> {
    if (!isSendable(recipient)) return { kind: 'refused', reason: 'the recipient is not an email address' };
    const { publicUrl, logs, messageIdOf, problemOf } = this.context;
    const problem = await problemOf(recipient, event);
    if (problem !== null) return { kind: 'refused', reason: problem, isDenied: true };
    const hasLog = event.name === 'ended' && event.execution !== null;
    const rows = hasLog
      ? await logs.readLastLogRows(event.execution?.id ?? 0, ROWS_TO_READ, ROW_CHARACTERS)
      : [];
    const { subject, text, html } = renderMail(describeEvent(event, lastLines(rows), publicUrl));
    try {
      await this.transport.sendMail({
        from: this.settings.from,
        // An object, so that no part of it is parsed as a second address.
        to: { name: '', address: withAsciiDomain(recipient) },
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

/** Servers without SMTPUTF8 (RFC 6531) only report a malformed address. */
function explainRefusal(outcome: SendOutcome, recipient: string): SendOutcome {
  const localPart = recipient.slice(0, recipient.lastIndexOf('@'));
  if (outcome.kind !== 'refused' || !/[\u0080-\uffff]/.test(localPart)) return outcome;
  const hint = 'the part before the @ is not ASCII, so the mail server needs SMTPUTF8';
  return { ...outcome, reason: `${outcome.reason} (${hint})` };
}

/** Whether the text is exactly one address. The mail server judges the domain. */
function isSendable(recipient: string): boolean {
  return /^[^\s<>()[\],;:\\"@\u0000-\u001f\u007f]+@[^\s<>()[\],;:\\"@\u0000-\u001f\u007f]+$/.test(recipient);
}
