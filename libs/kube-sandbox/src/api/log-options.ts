import { badRequest } from '../objects/api-error.js';
import type { LogReadOptions } from '../kubelet/read-log.js';
import { formatStamp } from '../kubelet/log-line.js';

/**
 * Parses the query of a log request. `sinceTime` is truncated to the second, as a real API server does when it forwards
 * it to the kubelet; `sinceSeconds` is not. Throws 400.
 */
export function parseLogOptions(query: URLSearchParams, nowMs: number): LogReadOptions {
  const sinceTime = query.get('sinceTime');
  const sinceSeconds = readNumber(query, 'sinceSeconds', 1);
  if (sinceTime !== null && sinceSeconds !== null) {
    throw badRequest(
      'PodLogOptions is invalid: at most one of `sinceTime` or `sinceSeconds` may be specified',
    );
  }
  return {
    follow: isTrue(query.get('follow')),
    timestamps: isTrue(query.get('timestamps')),
    sinceStamp:
      sinceTime !== null
        ? wholeSecond(sinceTime)
        : sinceSeconds !== null
          ? stampOf(nowMs - sinceSeconds * 1000)
          : null,
    tailLines: readNumber(query, 'tailLines', 0),
    limitBytes: readNumber(query, 'limitBytes', 1),
  };
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

function wholeSecond(text: string): string {
  const isRfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text);
  // Some parsers reject fractions beyond milliseconds. The fraction does not matter here.
  const atMs = isRfc3339 ? Date.parse(text.replace(/\.\d+/, '')) : NaN;
  if (Number.isNaN(atMs)) throw badRequest(`parsing time ${JSON.stringify(text)} as RFC 3339: cannot parse`);
  return stampOf(atMs);
}

function stampOf(atMs: number): string {
  return formatStamp(BigInt(Math.max(0, atMs)) * 1_000_000n);
}

function readNumber(query: URLSearchParams, name: string, min: number): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min) return value;
  throw badRequest(
    `PodLogOptions is invalid: ${name}: Invalid value: ${text}: must be greater than or equal to ${min}`,
  );
}
