import { restoreNumbers } from '@app/contract';
import { plainLine } from '@app/domain';
import { stringify } from 'yaml';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { shortTime } from '../output/render-execution.js';
import { formatTable } from '../output/table.js';
import { normalForm } from '../procs/normal-form.js';
import { confirmChange } from '../terminal/confirm-change.js';

export async function listProcs(context: Context): Promise<number> {
  const procs = await (await openGateway(context)).call('listProcs');
  const rows = [...procs]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((proc) => [
      proc.name,
      plainLine(proc.image_name),
      proc.authorized_groups.map(plainLine).join(', '),
      plainLine(proc.organization),
    ]);
  const text =
    procs.length > 0 ? formatTable(['NAME', 'IMAGE', 'GROUPS', 'ORGANIZATION'], rows) : 'No procs.\n';
  await context.printer.result(text, procs);
  return 0;
}

/** As YAML that `procs apply` accepts. */
export async function describeProc(context: Context, name: string): Promise<number> {
  const proc = await (await openGateway(context)).call('getProc', { params: { name } });
  const comment = `# Revision ${proc.revision}, changed ${shortTime(proc.updated_at)}`;
  await context.printer.result(
    `${comment}\n${restoreNumbers(stringify(normalForm(proc), { lineWidth: 0 }))}`,
    proc,
  );
  return 0;
}

export async function removeProc(context: Context, name: string, yes: boolean): Promise<number> {
  const client = await openGateway(context);
  await client.call('getProc', { params: { name } });
  await confirmChange(context, `Remove proc ${name} and its secrets? Its history stays.`, yes);
  await client.call('removeProc', { params: { name } });
  await context.printer.result(`Removed: ${name}\n`, { name, removed: true });
  return 0;
}
