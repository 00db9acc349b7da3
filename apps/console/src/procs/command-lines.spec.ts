import { expect, it } from '@jest/globals';
import { commandLines } from './command-lines.js';

it('quotes whatever a shell would read in another way', () => {
  expect(commandLines('greet', { NAME: "it's $HOME" }, 'https://p.example.com')).toEqual({
    cli: `proctor execute greet 'NAME=it'\\''s $HOME'`,
    curl: `curl -X POST https://p.example.com/execution \\
  -H "Authorization: Bearer $ACCESS_TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"name":"greet","args":{"NAME":"it'\\''s $HOME"}}'`,
  });
});
