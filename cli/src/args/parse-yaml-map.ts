import { AppError } from '@app/domain';
import { LineCounter, parseDocument } from 'yaml';
import { isPlainName, UNRESOLVABLE, yamlProblem } from '../files/yaml-problem.js';
import { isAnchorHolder } from './anchor-holder.js';

/**
 * Parses YAML with `NAME: value` lines. Each value is the text as written: `007` stays `007`, `yes` stays `yes`. Aliases
 * and merge keys (`<<`) are resolved. An empty document is an empty map. Throws `malformed_request` with the line number,
 * never with the text, which may be secret.
 */
export function parseYamlMap(text: string, path: string): Record<string, string> {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  });
  const problem = yamlProblem(document, lines);
  if (problem) throw refused(path, `line ${problem.line}: ${problem.message}`);
  let parsed: unknown;
  try {
    parsed = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw refused(path, UNRESOLVABLE);
  }
  if (parsed === null || parsed === '') return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed))
    throw refused(path, 'expected lines of NAME: value');
  const map = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(parsed)) {
    if (isAnchorHolder(name)) continue;
    if (typeof value !== 'string') {
      const place = isPlainName(name) ? name : 'an entry';
      throw refused(path, `${place}: expected one value, not a list or a map`);
    }
    map[name] = value;
  }
  return map;
}

function refused(path: string, problem: string): AppError {
  return new AppError('malformed_request', `Cannot read ${path}: ${problem}.`, {
    hint: 'Write one `NAME: value` per line; quote values that begin with a special character such as * or &.',
  });
}
