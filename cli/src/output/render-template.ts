import type { ProcMetadata } from '@app/contract';
import { plainLine, shellCommand } from '@app/domain';
import { describeRules } from './render-proc.js';

type Arg = ProcMetadata['env_vars']['args'][number];

/**
 * A YAML file for `execute -f`: each argument with its description as a comment, as in v2. An argument with a default, and
 * an optional one with an example, is commented out.
 */
export function renderTemplate(proc: ProcMetadata): string {
  const header = [
    `# Arguments of ${proc.name}. Fill in, then run: ${shellCommand('proctor', 'execute', proc.name, '-f', 'FILE')}`,
  ];
  const args = proc.env_vars.args.map((arg) => `\n# ${aboutOf(arg)}\n${lineOf(arg)}`);
  if (args.length === 0) header.push('# The proc declares no arguments.');
  return `${[...header, ...args].join('\n')}\n`;
}

function aboutOf(arg: Arg): string {
  const need = arg.required ? '(required)' : '(optional: delete the line to omit it)';
  return [plainLine(arg.description), describeRules(arg), need].filter(Boolean).join(' ');
}

/** Every JSON string is a YAML string. */
function lineOf({ name, type, required, default: value, example }: Arg): string {
  if (value != null) return `# ${name}: ${JSON.stringify(value)}`;
  // Only a string may be empty.
  const isText = type == null || type === 'string';
  if (example != null) return `${required ? '' : '# '}${name}: ${JSON.stringify(example)}`;
  return isText || required ? `${name}: ""` : `# ${name}: ""`;
}
