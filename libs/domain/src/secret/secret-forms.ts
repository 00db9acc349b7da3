import { base64Forms } from './base64-forms.js';
import { isLongEnoughToMask } from './check-secret.js';

/** The texts by which secrets may appear in a log. */
export interface SecretForms {
  /** To be found as they are. A line end inside is `\n`, whether the log has `\n` or `\r\n`. */
  plain: string[];
  /** Base64 and hex, to be found also where a program has wrapped them over several lines. */
  encoded: string[];
}

/** A line of a secret of several lines counts by itself from this length on. */
const MIN_LINE_LENGTH = 12;
/** The rarer spellings of a longer value would cost more memory than they are worth. */
const MAX_LENGTH_FOR_RARE_SPELLINGS = 4096;

/** Values that are too short to be masked (see `MIN_SECRET_LENGTH`) are left out. */
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
  // `-----BEGIN …-----` is the same in every such file: no secret.
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
    // PHP, then Python and others that keep JSON within ASCII, then Go and others that make it safe for HTML.
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

/** They cannot be stored as UTF-8; a log holds the replacement character in their place. */
function replaceLoneSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
