import type { ProcMetadata } from '@app/contract';
import { plainLine, shellCommand } from '@app/domain';
import { formatFields, formatTable } from './table.js';

/** `proctor list`. */
export function renderProcList(procs: readonly ProcMetadata[]): string {
  if (procs.length === 0) return 'There are no procs you may run.\n';
  const rows = [...procs]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((proc) => [proc.name, plainLine(proc.description)]);
  return formatTable(['NAME', 'DESCRIPTION'], rows);
}

/** `proctor describe PROC`. */
export function renderProc(proc: ProcMetadata): string {
  const { args, secrets } = proc.env_vars;
  const fields: Array<[string, string]> = [
    ['Name', proc.name],
    ['Description', plainLine(proc.description)],
    ['Image', proc.image_name],
    ['Author', plainLine(proc.author)],
    ['Contributors', plainLine(proc.contributors)],
    ['Organization', plainLine(proc.organization)],
    ['Groups', proc.authorized_groups.map(plainLine).join(', ') || '(any signed-in user)'],
    ['Time limit', proc.timeout_seconds == null ? '' : `${proc.timeout_seconds} seconds`],
    ['Retries', proc.retries == null ? '' : String(proc.retries)],
    ['Concurrency', proc.concurrency ? `${proc.concurrency.limit}, then ${proc.concurrency.when_full}` : ''],
  ];
  const sections = [formatFields(fields.filter(([, value]) => value !== ''))];
  if (args.length > 0) {
    const rows = args.map((arg) => [
      `  ${arg.name}`,
      arg.type ?? 'string',
      arg.required ? 'required' : '',
      [plainLine(arg.description), describeRules(arg)].filter(Boolean).join(' '),
    ]);
    sections.push(`Arguments:\n${formatFieldRows(rows)}`);
  }
  if (secrets.length > 0) {
    const rows = secrets.map((secret) => [`  ${secret.name}`, plainLine(secret.description)]);
    sections.push(`Secrets (set by an administrator):\n${formatFieldRows(rows)}`);
  }
  sections.push(`Run it with:\n  ${exampleCommand(proc)}\n`);
  return sections.join('\n');
}

/** With the required arguments; if there are none, with all of them. A line to copy into a shell. */
export function exampleCommand({ name, env_vars }: ProcMetadata): string {
  const required = env_vars.args.filter((arg) => arg.required);
  const shown = required.length > 0 ? required : env_vars.args;
  const words = shown
    .filter(({ type }) => type !== 'secret')
    .map((arg) => `${arg.name}=${plainLine(arg.example ?? 'VALUE')}`);
  return shellCommand('proctor', 'execute', name, ...words);
}

/** `(from 1 to 100; default "10"; e.g. "7")`; empty for an argument that accepts any value. */
export function describeRules(arg: ProcMetadata['env_vars']['args'][number]): string {
  const { default: value, options, min, max, pattern, example, type } = arg;
  const bounds =
    min != null && max != null
      ? `from ${String(min)} to ${String(max)}`
      : min != null
        ? `from ${String(min)}`
        : max != null
          ? `to ${String(max)}`
          : '';
  const rules = [
    options && options.length > 0 ? `one of ${options.join(', ')}` : '',
    type === 'boolean' ? 'true or false' : '',
    bounds,
    pattern != null ? `matching ${pattern}` : '',
    value != null ? `default ${JSON.stringify(value)}` : '',
    example != null ? `e.g. ${JSON.stringify(example)}` : '',
    type === 'secret' ? 'prompted for, or from a file with -f' : '',
  ].filter(Boolean);
  return rules.length > 0 ? `(${plainLine(rules.join('; '))})` : '';
}

function formatFieldRows(rows: string[][]): string {
  const [first = [], ...rest] = rows;
  return formatTable(first, rest);
}
