import { AppError, filterControls, plainLine } from '@app/domain';
import { GatewayError, type GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { shortTime } from '../output/render-execution.js';
import { formatTable } from '../output/table.js';
import { diffLines } from '../procs/diff-lines.js';
import { readSources } from '../procs/find-proc-files.js';
import {
  podTemplateYaml,
  readPodTemplates,
  wrongTemplates,
  type TemplateInFile,
} from '../procs/read-pod-templates.js';
import { confirmChange } from '../terminal/confirm-change.js';

export async function listPodTemplates(context: Context): Promise<number> {
  const templates = await (await openGateway(context)).call('listPodTemplates');
  const rows = templates.map(({ name, used_by, updated_at, updated_by }) => [
    name,
    used_by.join(', '),
    shortTime(updated_at),
    plainLine(updated_by),
  ]);
  const text =
    rows.length > 0 ? formatTable(['NAME', 'USED BY', 'CHANGED', 'BY'], rows) : 'No pod templates.\n';
  await context.printer.result(text, templates);
  return 0;
}

/** As YAML that `pod-template apply` accepts. */
export async function describePodTemplate(context: Context, name: string): Promise<number> {
  const found = await (await openGateway(context)).call('getPodTemplate', { params: { name } });
  const users = found.used_by.length === 0 ? 'no proc' : found.used_by.join(', ');
  const comment = `# Changed ${shortTime(found.updated_at)} by ${plainLine(found.updated_by)}; used by ${users}`;
  await context.printer.result(`${comment}\n${podTemplateYaml(name, found.template)}`, found);
  return 0;
}

/** Applies one after the other, after showing the changes. Executions accepted before keep the earlier content. */
export async function applyPodTemplates(
  context: Context,
  { files, yes }: { files: readonly string[]; yes: boolean },
): Promise<number> {
  const templates = readPodTemplates(await readSources(files, context.stdin));
  const client = await openGateway(context);
  if (!context.printer.json) {
    for (const template of templates)
      await context.printer.result(await describeChange(client, template), null);
  }
  await confirmChange(context, `Apply to ${client.baseUrl}?`, yes);
  const applied: Awaited<ReturnType<typeof apply>>[] = [];
  for (const template of templates) applied.push(await apply(client, template, applied));
  await context.printer.result(`Applied: ${applied.map(({ name }) => name).join(', ')}\n`, applied);
  return 0;
}

export async function removePodTemplate(context: Context, name: string, yes: boolean): Promise<number> {
  const client = await openGateway(context);
  await confirmChange(context, `Remove pod template ${name}?`, yes);
  await client.call('removePodTemplate', { params: { name } });
  await context.printer.result(`Removed: ${name}\n`, { name, removed: true });
  return 0;
}

/** @param before those of the same files that are applied already */
async function apply(
  client: GatewayClient,
  { path, name, template }: TemplateInFile,
  before: readonly { name: string }[],
) {
  try {
    return await client.call('applyPodTemplate', { params: { name }, body: template });
  } catch (error) {
    if (!(error instanceof GatewayError) || error.details.length === 0) throw error;
    const details = error.details.map(({ field, message }) => ({
      field: `${path}: ${name}: ${field}`,
      message,
    }));
    throw wrongTemplates(
      details,
      before.map((one) => one.name),
    );
  }
}

async function describeChange(client: GatewayClient, { name, template }: TemplateInFile): Promise<string> {
  const before = await client.call('getPodTemplate', { params: { name } }).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  });
  const linesOf = (content: object) => podTemplateYaml(name, content).trimEnd().split('\n');
  const after = { metadata: { labels: {}, annotations: {}, ...template.metadata }, spec: template.spec };
  const changed = diffLines(before ? linesOf(before.template) : [], linesOf(after)).filter(
    ({ sign }) => sign !== ' ',
  );
  const word = before === null ? 'created' : changed.length === 0 ? 'unchanged' : 'changed';
  const shown = changed.map(({ sign, line }) => `  ${sign} ${filterControls(line, { keepColours: false })}`);
  return [`${name}: ${word}`, ...shown, ''].join('\n');
}
