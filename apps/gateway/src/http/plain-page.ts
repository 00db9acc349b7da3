import { createHash } from 'node:crypto';
import { escapeHtml } from '@app/domain';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1f2328}
code,pre{background:#f4f5f7;border-radius:4px;padding:.1em .3em}pre{padding:.8em;overflow:auto}a{color:#1f5fa8}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Allows nothing but the style of these pages. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A page for people who open an address of the gateway in a browser. @param body HTML */
export function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <h1>${escapeHtml(title)}</h1>
${body}
  </body>
</html>
`;
}
