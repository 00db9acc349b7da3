import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  /** From the envelope. */
  to: string[];
  from: string;
  parsed: ParsedMail;
  raw: string;
  messageId: string;
  /** Whether it arrived over TLS. */
  isSecure: boolean;
}

export interface MailServerOptions {
  /** `starttls`: offers it; `implicit`: from the first byte; left out: none. */
  tls?: { mode: 'starttls' | 'implicit'; key: string; cert: string };
  /** Accepts ASCII addresses only. */
  hideSMTPUTF8?: boolean;
}

export interface MailBehaviour {
  /** The reply to each recipient, to the content, or at the greeting; null: as usual. */
  refuse?: { at: 'rcpt' | 'data' | 'connect'; code: number; text: string } | null;
  /** Delays the reply after accepting the content. */
  answerAfterMs?: number;
  /** Accepts the connection and sends nothing. */
  isHanging?: boolean;
}

/** A real SMTP server on loopback that keeps the mails it receives, and misbehaves on demand. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  connections = 0;
  /** Login attempts, successful or not. */
  logins = 0;
  behaviour: MailBehaviour = {};
  private server: SMTPServer | null = null;
  port = 0;

  private constructor(private readonly options: MailServerOptions) {}

  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const server = new MailServer(options);
    await server.open();
    return server;
  }

  /** The mails to this address. */
  to(address: string): ReceivedMail[] {
    return this.mails.filter(({ to }) => to.includes(address));
  }

  /** Stops the server; `open` restarts it on the same port. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async open(): Promise<void> {
    const { tls, hideSMTPUTF8 = false } = this.options;
    const server = new SMTPServer({
      authOptional: true,
      hideSMTPUTF8,
      ...(tls
        ? { secure: tls.mode === 'implicit', key: tls.key, cert: tls.cert }
        : { disabledCommands: ['STARTTLS'] }),
      allowInsecureAuth: true,
      closeTimeout: 100,
      onAuth: (auth, _session, callback) => {
        this.logins++;
        if (auth.username === 'user' && auth.password === 'pass') callback(null, { user: 'user' });
        else callback(new Error('wrong'));
      },
      onConnect: (_session, callback) => {
        this.connections++;
        if (this.behaviour.isHanging) return;
        callback(this.refusal('connect'));
      },
      onRcptTo: ({ address }, _session, callback) => {
        const isUnknown = hideSMTPUTF8 && /[\u0080-\uffff].*@/.test(address);
        callback(isUnknown ? refuse(553, '5.1.3 malformed address') : this.refusal('rcpt'));
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const refusal = this.refusal('data');
          if (refusal) return callback(refusal);
          const { answerAfterMs = 0 } = this.behaviour;
          void this.keep(Buffer.concat(chunks), session)
            .then(() => sleep(answerAfterMs))
            .then(() => callback(null));
        });
      },
    });
    server.on('error', () => undefined);
    server.listen(this.port, '127.0.0.1');
    await once(server.server, 'listening');
    this.port = (server.server.address() as AddressInfo).port;
    this.server = server;
  }

  private refusal(at: 'rcpt' | 'data' | 'connect'): Error | null {
    const asked = this.behaviour.refuse;
    return asked?.at === at ? refuse(asked.code, asked.text) : null;
  }

  private async keep(raw: Buffer, { envelope, secure }: SmtpSession): Promise<void> {
    const { rcptTo, mailFrom } = envelope;
    const parsed = await simpleParser(raw);
    this.mails.push({
      to: rcptTo.map(({ address }) => address),
      from: mailFrom === false ? '' : mailFrom.address,
      parsed,
      raw: raw.toString('latin1'),
      messageId: parsed.messageId ?? '',
      isSecure: secure,
    });
  }
}

const refuse = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });

interface SmtpSession {
  envelope: { rcptTo: { address: string }[]; mailFrom: false | { address: string } };
  secure: boolean;
}

/** Finds a port without a listener. */
export async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
