/** One line of JSON that no terminal takes as a command: C1 and DEL are escaped too, as JSON leaves them. */
export function toJsonLine(value: unknown): string {
  return `${escapeControls(JSON.stringify(value))}\n`;
}

/** The same for text that is JSON already. */
export function escapeControls(json: string): string {
  return json.replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
