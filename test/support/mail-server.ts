import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  /** Of the envelope. */
  to: string[];
  from: string;
  parsed: ParsedMail;
  raw: string;
  messageId: string;
}

export interface MailBehaviour {
  /** The reply to each recipient, to the content, or at the greeting; null: as usual. */
  refuse?: { at: 'rcpt' | 'data' | 'connect'; code: number; text: string } | null;
  /** The content was taken, the answer comes this much later. */
  answerAfterMs?: number;
  /** Takes the connection and says nothing. */
  isHanging?: boolean;
}

/** A real SMTP server on loopback that keeps what it gets, and can be told to misbehave. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  connections = 0;
  behaviour: MailBehaviour = {};
  private server: SMTPServer | null = null;
  port = 0;

  static async start(): Promise<MailServer> {
    const server = new MailServer();
    await server.open();
    return server;
  }

  /** Those to this address. */
  to(address: string): ReceivedMail[] {
    return this.mails.filter(({ to }) => to.includes(address));
  }

  /** Goes away; `open` brings it back on the same port. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async open(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      closeTimeout: 100,
      onAuth: (auth, _session, callback) => {
        if (auth.username === 'user' && auth.password === 'pass') callback(null, { user: 'user' });
        else callback(new Error('wrong'));
      },
      onConnect: (_session, callback) => {
        this.connections++;
        if (this.behaviour.isHanging) return;
        callback(this.refusal('connect'));
      },
      onRcptTo: (_address, _session, callback) => callback(this.refusal('rcpt')),
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const refusal = this.refusal('data');
          if (refusal) return callback(refusal);
          const { answerAfterMs = 0 } = this.behaviour;
          void this.keep(Buffer.concat(chunks), session.envelope)
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
    const { refuse } = this.behaviour;
    if (refuse?.at !== at) return null;
    return Object.assign(new Error(refuse.text), { responseCode: refuse.code });
  }

  private async keep(raw: Buffer, { rcptTo, mailFrom }: SMTPServerEnvelope): Promise<void> {
    const parsed = await simpleParser(raw);
    this.mails.push({
      to: rcptTo.map(({ address }) => address),
      from: mailFrom === false ? '' : mailFrom.address,
      parsed,
      raw: raw.toString('latin1'),
      messageId: parsed.messageId ?? '',
    });
  }
}

interface SMTPServerEnvelope {
  rcptTo: { address: string }[];
  mailFrom: false | { address: string };
}

/** A port on which nobody listens. */
export async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
