import { stringifyJson } from '@app/contract';

/** One line of JSON that is harmless for a terminal: also escapes C1 controls, DEL and bidirectional controls, which JSON allows. */
export function toJsonLine(value: unknown): string {
  return `${escapeControls(stringifyJson(value))}\n`;
}

/** The same for a text that is JSON already. */
export function escapeControls(json: string): string {
  return json.replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
