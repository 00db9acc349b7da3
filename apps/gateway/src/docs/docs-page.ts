/**
 * The API page. Its assets have relative paths, because the gateway may be reached below a path of another host. Nothing is
 * inline, so that the content security policy can forbid inline code.
 * @param assets the folder of the assets, from `/docs` or from `/docs/`
 */
export const docsPage = (assets: 'docs/' | ''): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Proctor API</title>
    <link rel="stylesheet" href="${assets}swagger-ui.css">
    <link rel="stylesheet" href="${assets}index.css">
    <link rel="icon" type="image/png" href="${assets}favicon-32x32.png" sizes="32x32">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <noscript>This page needs JavaScript. The document itself: <a href="${assets === '' ? '../' : ''}openapi.json">openapi.json</a></noscript>
    <script src="${assets}swagger-ui-bundle.js"></script>
    <script src="${assets}start.js"></script>
  </body>
</html>
`;

/** `validatorUrl: null` keeps the page from sending the document to validator.swagger.io. */
export const START_SCRIPT = `SwaggerUIBundle({
  url: new URL('../openapi.json', document.currentScript.src).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  docExpansion: 'list',
});
`;

/** Allows scripts, styles and requests of this gateway only. Swagger UI's icons are `data:` URLs. */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
