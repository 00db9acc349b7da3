/** `299 - "text"`, the only form that an API server sends. The text may hold escaped quotes. */
const WARNING = /(?:^|,\s*)299 \S+ "((?:[^"\\]|\\.)*)"/g;

/** The texts in the `Warning` headers of a response. One header may hold several. */
export function readWarnings(headers: readonly string[] = []): string[] {
  return headers.flatMap((header) =>
    [...header.matchAll(WARNING)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')),
  );
}
