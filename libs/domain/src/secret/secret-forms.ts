import { base64Forms } from './base64-forms.js';
import { isLongEnoughToMask } from './check-secret.js';

/** The forms in which secrets may appear in a log. */
export interface SecretForms {
  /** Matched literally. Line ends inside are `\n`, whether the log has `\n` or `\r\n`. */
  plain: string[];
  /** Base64 and hex forms, matched even if a program wraps them over several lines. */
  encoded: string[];
}

/** Lines of a multi-line secret are masked on their own from this length. */
const MIN_LINE_LENGTH = 12;
/** Above this length, the rarer spellings cost more memory than they are worth. */
const MAX_LENGTH_FOR_RARE_SPELLINGS = 4096;

/** Omits values that are too short to be masked (see `MIN_SECRET_LENGTH`). */
export function secretForms(values: readonly string[]): SecretForms {
  const whole = values.filter(isLongEnoughToMask).map(replaceLoneSurrogates);
  const spellings = unique(whole.flatMap((value) => [value, value.trim()]));
  return {
    plain: unique(spellings.flatMap(plainForms)),
    encoded: unique(spellings.flatMap(encodedForms)),
  };
}

function plainForms(value: string): string[] {
  const text = value.replace(/\r\n/g, '\n');
  const raw = text.replace(/^[\r\n]+|[\r\n]+$/g, '');
  return [raw, ...ownLines(raw), ...unique([value, text]).flatMap(escapedForms)];
}

function ownLines(raw: string): string[] {
  if (!raw.includes('\n')) return [];
  const lines = raw.split('\n').map((line) => line.trim());
  // `-----BEGIN …-----` is the same in every key file, so it is not secret.
  return lines.filter((line) => line.length >= MIN_LINE_LENGTH && !/^-+(BEGIN|END) [A-Z0-9 ]+-+$/.test(line));
}

function escapedForms(value: string): string[] {
  const json = escapeJson(value);
  const url = encodeURIComponent(value);
  const common = [json, url, url.replace(/%20/g, '+')];
  return value.length > MAX_LENGTH_FOR_RARE_SPELLINGS ? common : [...common, ...rareForms(value, json, url)];
}

function rareForms(value: string, json: string, url: string): string[] {
  const strictUrl = url.replace(/[!'()*]/g, (character) => percentEncode(character));
  const formUrl = strictUrl.replace(/~/g, '%7E').replace(/%2A/g, '*').replace(/%20/g, '+');
  const urls = [strictUrl, formUrl, strictUrl.replace(/%2F/g, '/')];
  return [
    escapeJson(json),
    // In order: PHP; Python and others that write ASCII-only JSON; Go and others that escape JSON for HTML.
    json.replace(/\//g, '\\/'),
    ...bothCases(json.replace(/[^\0-\x7e]/g, unicodeEscape), /\\u[0-9a-f]{4}/g),
    ...bothCases(json.replace(/[<>&\u2028\u2029]/g, unicodeEscape), /\\u[0-9a-f]{4}/g),
    value.replace(/'/g, "'\\''"),
    ...urls,
    ...[url, url.replace(/%20/g, '+'), ...urls].map((text) =>
      text.replace(/%[0-9A-F]{2}/g, (digits) => digits.toLowerCase()),
    ),
  ];
}

function encodedForms(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  const withNewline = new TextEncoder().encode(`${value}\n`);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [...base64Forms(bytes), ...base64Forms(withNewline), hex, hex.toUpperCase()];
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function bothCases(text: string, escapes: RegExp): string[] {
  return [text, text.replace(escapes, (escape) => `\\u${escape.slice(2).toUpperCase()}`)];
}

/** Unpaired surrogates cannot be stored as UTF-8; a log has the replacement character instead. */
function replaceLoneSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
