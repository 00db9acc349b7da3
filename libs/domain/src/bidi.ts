const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Whether a text has characters that change the order in which others are shown: it may read as something else. */
export function hasBidi(text: string): boolean {
  return text.search(BIDI) >= 0;
}

/** Shows such characters as `\u202e`. */
export function escapeBidi(text: string): string {
  return text.replace(BIDI, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
