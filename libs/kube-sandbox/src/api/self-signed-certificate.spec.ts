import { describe, expect, it } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSelfSignedCertificate } from './self-signed-certificate.js';

describe('createSelfSignedCertificate', () => {
  const { keyPem, certificatePem } = createSelfSignedCertificate(Date.parse('2026-03-01T12:00:00Z'));
  const certificate = new X509Certificate(certificatePem);

  it('is for loopback names only', () => {
    expect(certificate.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
  });

  it('is signed by its own key', () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
    expect(certificate.ca).toBe(true);
  });

  it('is valid for ten years from a day ago', () => {
    expect(new Date(certificate.validFrom).toISOString()).toBe('2026-02-28T12:00:00.000Z');
    expect(new Date(certificate.validTo).toISOString()).toBe('2036-02-27T12:00:00.000Z');
  });
});
