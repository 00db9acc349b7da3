import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import type { Outbound } from '@app/outbound';
import { sendBounded, NoResponseError } from '../http/send-bounded.js';
import { type JsonObject, parseObject } from '../http/parse-object.js';
import { CachedValue, type CachePolicy } from './cached-value.js';
import { parseEndpoint } from './parse-endpoint.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1024 * 1024;
/** An unknown key id triggers a fetch of the issuer's keys, but not for every request. */
const KEY_REFETCH_INTERVAL_MS = 10_000;

const CACHE_POLICY = { usableMs: 24 * HOUR_MS, rememberFailureMs: 1_000, pauseAfterFailureMs: 10_000 };
const DOCUMENT_RULES: CachePolicy = { ...CACHE_POLICY, freshMs: HOUR_MS };
const KEY_RULES: CachePolicy = { ...CACHE_POLICY, freshMs: 10 * MINUTE_MS };

/** Finds the key for a token, in the form that jose's `jwtVerify` takes. */
export type IssuerKeys = ReturnType<typeof createLocalJWKSet>;

export interface IssuerDocument {
  keysUrl: URL;
  tokenUrl: URL | null;
  deviceUrl: URL | null;
  /** How clients may authenticate. Defaults to RFC 8414's default. */
  clientAuthentication: readonly string[];
}

export interface IssuerOptions {
  outbound: Outbound;
  /** Unix milliseconds. */
  now: () => number;
  /** The time limit for each request. */
  timeoutMs?: number;
}

/** The issuer is unreachable or its response is unusable. `message` is a clause for the operator's log. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
}

/**
 * The issuer's published metadata and keys. Fetched on first use, then cached, and used for up to a day while the issuer is
 * unreachable.
 */
export class Issuer {
  private readonly document: CachedValue<IssuerDocument>;
  private readonly cachedKeys: CachedValue<IssuerKeys>;

  constructor(
    readonly name: string,
    private readonly options: IssuerOptions,
  ) {
    const { now } = options;
    this.document = new CachedValue(() => this.fetchDocument(), DOCUMENT_RULES, now);
    this.cachedKeys = new CachedValue(() => this.fetchKeys(), KEY_RULES, now);
  }

  /** @throws IssuerError */
  describe(): Promise<IssuerDocument> {
    return this.document.get();
  }

  /** @throws IssuerError */
  keys(): Promise<IssuerKeys> {
    return this.cachedKeys.get();
  }

  /** Returns keys newer than `known`, or null if they were fetched just now. @throws IssuerError */
  newerKeys(known: IssuerKeys): Promise<IssuerKeys | null> {
    return this.cachedKeys.getNewerThan(known, KEY_REFETCH_INTERVAL_MS);
  }

  private async fetchDocument(): Promise<IssuerDocument> {
    const url = new URL(`${this.name.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const mayBeHttp = url.protocol === 'http:';
    const found = await this.fetchObject(url);
    if (found['issuer'] !== this.name) {
      const other = JSON.stringify(found['issuer'])?.slice(0, 200) ?? 'nothing';
      throw new IssuerError(`${url.href} names the issuer ${other} instead of ${JSON.stringify(this.name)}`);
    }
    const keysUrl = parseEndpoint(found['jwks_uri'], { mayBeHttp });
    if (!keysUrl) throw new IssuerError(`${url.href} has no usable jwks_uri (https is required)`);
    const methods = found['token_endpoint_auth_methods_supported'];
    return {
      keysUrl,
      tokenUrl: parseEndpoint(found['token_endpoint'], { mayBeHttp }),
      deviceUrl: parseEndpoint(found['device_authorization_endpoint'], { mayBeHttp }),
      clientAuthentication: Array.isArray(methods) ? methods.map(String) : ['client_secret_basic'],
    };
  }

  private async fetchKeys(): Promise<IssuerKeys> {
    const { keysUrl } = await this.document.get();
    const found = await this.fetchObject(keysUrl);
    try {
      return createLocalJWKSet(found as unknown as JSONWebKeySet);
    } catch {
      throw new IssuerError(`${keysUrl.href} did not return a key set`);
    }
  }

  private async fetchObject(url: URL): Promise<JsonObject> {
    const { outbound, timeoutMs = TIMEOUT_MS } = this.options;
    const question = { method: 'GET', timeoutMs, maxBytes: MAX_BYTES } as const;
    const { status, body } = await sendBounded(outbound, url, question).catch((err: unknown) => {
      throw err instanceof NoResponseError ? new IssuerError(`${url.href}: ${err.message}`) : err;
    });
    if (status !== 200) throw new IssuerError(`${url.href} answered with status ${status}`);
    const found = parseObject(body);
    if (!found) throw new IssuerError(`${url.href} did not return a JSON object`);
    return found;
  }
}
