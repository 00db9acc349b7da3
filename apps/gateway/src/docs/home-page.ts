import { renderPage } from '../http/plain-page.js';

/** What the address that `npm start` prints leads to. Its links are relative, so that they work behind a path. */
export const HOME_PAGE = renderPage(
  'Proctor',
  `    <p>This is the gateway of Proctor. People run procs with the CLI, and programs with the API.</p>
    <h2>Next</h2>
    <pre>proctor config --host URL --email EMAIL
proctor list
proctor describe PROC
proctor execute PROC NAME=value</pre>
    <p>URL is the address of this page. An administrator gives you an access token; <code>npm start</code>
    creates the first one and writes this configuration itself. From a clone of the project, write
    <code>npx proctor</code>.</p>
    <ul>
      <li><a href="./docs">API documentation</a>, also as <a href="./openapi.json">OpenAPI</a></li>
      <li><a href="./health/ready">Health</a> and <a href="./metrics">metrics</a></li>
    </ul>`,
);
