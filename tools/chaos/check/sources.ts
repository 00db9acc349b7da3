import type { RunRecord } from '@app/kube-sandbox';

/** Where the evidence comes from: what a user of the system can see, and the sandbox's record of what really ran. */
export interface Sources {
  /** The API of a running gateway, as an admin; for instance `ApiClient` of test/support. */
  api: { request(method: string, path: string): Promise<Response> };
  query: Query;
  sandbox: {
    /** Its current context names the namespace of the Jobs. */
    kubeconfigPath: string;
    history(): readonly RunRecord[] | Promise<readonly RunRecord[]>;
  };
  /** What the SMTP server received; for instance `MailServer.mails` of test/support. */
  mails: readonly SourceMail[];
}

/** Runs one statement, on any connection. bigint values may come as text. */
export type Query = <Row extends Record<string, unknown>>(sql: string, values?: unknown[]) => Promise<Row[]>;

export interface SourceMail {
  /** Recipients of the envelope. */
  to: readonly string[];
  messageId: string;
  parsed: { subject?: string; text?: string };
}
