import type { RunRecord } from '@app/kube-sandbox';

/** Where the evidence is: what a user of the system could see, and the sandbox's record of what really ran. */
export interface Sources {
  /** An admin's, of a gateway that is up. `ApiClient` of test/support is one. */
  api: { request(method: string, path: string): Promise<Response> };
  query: Query;
  sandbox: {
    /** With a context whose namespace is the one of the Jobs. */
    kubeconfigPath: string;
    history(): readonly RunRecord[] | Promise<readonly RunRecord[]>;
  };
  /** What the SMTP server got. `MailServer.mails` of test/support are such. */
  mails: readonly SourceMail[];
}

/** One statement over a connection of its own. `big` values may come as text. */
export type Query = <Row extends Record<string, unknown>>(sql: string, values?: unknown[]) => Promise<Row[]>;

export interface SourceMail {
  /** Of the envelope. */
  to: readonly string[];
  messageId: string;
  parsed: { subject?: string; text?: string };
}
