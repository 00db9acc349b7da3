import { stringifyJson } from '@app/contract';

/** One line of JSON that is harmless for a terminal: also escapes C1 controls and DEL, which JSON allows. */
export function toJsonLine(value: unknown): string {
  return `${escapeControls(stringifyJson(value))}\n`;
}

/** The same for a text that is JSON already. */
export function escapeControls(json: string): string {
  return json.replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
