import { lastState } from '@app/domain';

/**
 * Makes untrusted text safe to show on one line: removes control characters, whole terminal sequences, and characters that
 * change the writing direction. Line breaks become spaces. Pure.
 */
export function oneLine(text: string, maxCharacters: number): string {
  return cut(clean(text).replace(/\s+/g, ' ').trim(), maxCharacters);
}

/** The same for the last state of one line of a log, with its spaces kept. */
export function logLine(text: string, maxCharacters: number): string {
  return cut(clean(lastState(text)), maxCharacters);
}

/** What mail programs take for a link without `http:`, but for the domain of an address. Other endings are mostly files. */
const BARE_DOMAIN =
  /(?<![@\p{L}\p{N}.-])((?:[\p{L}\p{N}-]+\.)*[\p{L}\p{N}-]+)\.(com|net|org|info|biz|io|co|me|dev|app|xyz|top|site|online|shop|click|link|page|cloud|store|tech|live|support|world|news|email|gov|edu|mil|de|uk|eu|us|ru|cn|fr|nl|in|br|jp|ca|au|ch|at|it|es|se|dk|fi|be|cz|tk|tv|gg|ly|cc|ai|mx|kr|za|tr)\b/giu;

/**
 * Keeps mail programs and Slack from turning text of users into links, which would come from the company's address. Visible and
 * undone by hand, as analysts write links: `https[:]//`, `www[.]`, `example.com[/]`.
 */
export function withoutLinks(text: string): string {
  return text
    .replace(/:(?=\/\/)/g, '[:]')
    .replace(/\b(mailto|tel|sms|javascript|data):/gi, '$1[:]')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}[.]`)
    .replace(/([\p{L}\p{N}-]\.\p{L}{2,}(?::\d+)?)\/(?!\/)/gu, '$1[/]')
    .replace(BARE_DOMAIN, '$1[.]$2');
}

export function cut(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1).toWellFormed()}…`;
}

const TERMINAL_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(TERMINAL_SEQUENCE, '')
    .replace(/[\r\n]+/g, ' ')
    .replace(INVISIBLE, '');
}
