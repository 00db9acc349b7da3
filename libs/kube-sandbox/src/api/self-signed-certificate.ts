import { issueCertificate, type Certificate } from './issue-certificate.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Creates a key and a self-signed certificate for `localhost`, `127.0.0.1` and `::1`, valid for ten years. kubectl sends a
 * token only over TLS, so the sandbox needs a certificate.
 */
export function createSelfSignedCertificate(nowMs: number): Certificate {
  return issueCertificate({
    name: 'kube-sandbox',
    hosts: ['localhost', '127.0.0.1', '::1'],
    validFromMs: nowMs - DAY_MS,
    validToMs: nowMs + 3650 * DAY_MS,
    isAuthority: true,
  });
}
