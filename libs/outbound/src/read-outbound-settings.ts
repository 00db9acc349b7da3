import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Proxies } from './proxies.js';

/** How this process reaches servers elsewhere. */
export interface OutboundSettings {
  proxies: Proxies;
  /** Certificates to trust besides the well-known authorities, as PEM; empty: none. */
  authorities: readonly string[];
}

export interface OutboundProblem {
  variable: string;
  /** Completes the sentence "expected …". */
  expected: string;
  /** Completes the sentence "…, but it is …". Never a password. */
  found: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads the proxies, where the spelling in lower case wins as in curl, and the file of PROCTOR_CA_FILE. An empty variable
 * counts as unset.
 */
export function readOutboundSettings(env: Env): { settings: OutboundSettings; problems: OutboundProblem[] } {
  const problems: OutboundProblem[] = [];
  const http = readProxy(env, 'HTTP_PROXY', problems);
  const https = readProxy(env, 'HTTPS_PROXY', problems);
  const exceptions = (env['no_proxy'] || env['NO_PROXY'] || '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  const authorities = readAuthorities(env, problems);
  return { settings: { proxies: { http, https, exceptions }, authorities }, problems };
}

function readProxy(env: Env, name: 'HTTP_PROXY' | 'HTTPS_PROXY', problems: OutboundProblem[]): URL | null {
  const lower = name.toLowerCase();
  const variable = env[lower] ? lower : name;
  const text = env[variable]?.trim();
  if (!text) return null;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  const found = JSON.stringify(text.replace(/[^\s/]*@/g, '***@'));
  problems.push({
    variable,
    expected: 'the address of an HTTP proxy, such as http://proxy.example.com:3128',
    found,
  });
  return null;
}

/** With authorities of our own, Node trusts no others: those of NODE_EXTRA_CA_CERTS, which Node skips if it cannot read them, are added. */
function readAuthorities(env: Env, problems: OutboundProblem[]): string[] {
  const path = env['PROCTOR_CA_FILE'];
  if (!path) return [];
  const refuse = (found: string) => {
    const expected = 'the absolute path of a file with certificates (PEM)';
    problems.push({ variable: 'PROCTOR_CA_FILE', expected, found });
    return [];
  };
  if (!isAbsolute(path)) return refuse(`the relative path ${path}`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`${path}, which cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const certificates = certificatesIn(text);
  if (certificates === null) return refuse(`${path}, which holds no valid certificate`);
  return [...certificates, ...readExtra(env['NODE_EXTRA_CA_CERTS'])];
}

function readExtra(path: string | undefined): string[] {
  if (!path) return [];
  try {
    return certificatesIn(readFileSync(path, 'utf8')) ?? [];
  } catch {
    return [];
  }
}

/** Null: none, or one that is broken. */
function certificatesIn(text: string): string[] | null {
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    found.forEach((certificate) => new X509Certificate(certificate));
  } catch {
    return null;
  }
  return found.length === 0 ? null : found;
}
