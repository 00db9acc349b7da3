import type { ProcMetadata } from '@app/contract';
import { plainLine } from './filter-controls.js';
import { describeRules } from './render-proc.js';

type Arg = ProcMetadata['env_vars']['args'][number];

/**
 * A YAML file for `execute -f`: each arg with its description as a comment, as in v2. What may be left out and has a
 * default or an example is written as a comment.
 */
export function renderTemplate(proc: ProcMetadata): string {
  const header = [`# Args of ${proc.name}. Fill in, then: proctor execute ${proc.name} -f FILE`];
  const args = proc.env_vars.args.map((arg) => `\n# ${aboutOf(arg)}\n${lineOf(arg)}`);
  if (args.length === 0) header.push('# It declares no args.');
  return `${[...header, ...args].join('\n')}\n`;
}

function aboutOf(arg: Arg): string {
  const need = arg.required ? '(required)' : '(optional: delete the line to leave it out)';
  return [plainLine(arg.description), describeRules(arg), need].filter(Boolean).join(' ');
}

/** JSON's strings are YAML's. */
function lineOf({ name, type, required, default: value, example }: Arg): string {
  if (value != null) return `# ${name}: ${JSON.stringify(value)}`;
  // An empty text is a value for a text only.
  const isText = type == null || type === 'string';
  if (example != null) return `${required ? '' : '# '}${name}: ${JSON.stringify(example)}`;
  return isText || required ? `${name}: ""` : `# ${name}: ""`;
}
