/** A word as a POSIX shell reads it back: in single quotes if it contains anything but plain characters. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line to copy. */
export function shellCommand(...words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
