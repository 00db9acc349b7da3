import { chownSync, chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate, type Certificate } from '../../libs/kube-sandbox/src/api/issue-certificate.js';
import { postgresAccount } from '../../scripts/lib/postgres-account.mjs';
import { tempDir } from './servers.js';

const DAY_MS = 86_400_000;

/** A certificate authority with its certificates, as files. */
export class TestAuthority {
  private readonly dir = tempDir();
  private readonly authority: Certificate;
  /** Of the authority itself. */
  readonly caFile: string;

  constructor(private readonly name: string) {
    chmodSync(this.dir.path, 0o755);
    this.authority = issueCertificate({ name, hosts: [], ...valid(), isAuthority: true, isForClients: true });
    this.caFile = this.write('ca.pem', this.authority.certificatePem);
  }

  issue(hosts: readonly string[], validity = valid()): Certificate {
    const issuer = { name: this.name, keyPem: this.authority.keyPem };
    const name = hosts[0] ?? 'client';
    return issueCertificate({ name, hosts, ...validity, isAuthority: false, isForClients: true, issuer });
  }

  /** Files that a server of ours can read. */
  issueFiles(id: string, hosts: readonly string[], validity = valid()): { cert: string; key: string } {
    const { certificatePem, keyPem } = this.issue(hosts, validity);
    return { cert: this.write(`${id}.pem`, certificatePem), key: this.write(`${id}.key`, keyPem) };
  }

  write(name: string, text: string): string {
    const path = join(this.dir.path, name);
    writeFileSync(path, text, { mode: name.endsWith('.key') ? 0o600 : 0o644 });
    const { uid, gid } = postgresAccount();
    // Postgres refuses a key that others can read, and as root it runs as another user.
    if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
    return path;
  }

  remove(): void {
    this.dir.remove();
  }
}

function valid(): { validFromMs: number; validToMs: number } {
  return { validFromMs: Date.now() - DAY_MS, validToMs: Date.now() + DAY_MS };
}

export const expired = () => ({ validFromMs: Date.now() - 9 * DAY_MS, validToMs: Date.now() - DAY_MS });
