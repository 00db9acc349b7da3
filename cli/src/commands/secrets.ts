import { plainLine } from '@app/domain';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { shortTime } from '../output/render-execution.js';
import { formatTable } from '../output/table.js';
import { checkDeclared } from '../secrets/check-declared.js';
import { readSecretValues, type SecretSources } from '../secrets/read-secret-values.js';
import { confirmChange } from '../terminal/confirm-change.js';

/** Names, and who set them when. No route returns a value. */
export async function listSecrets(context: Context, proc: string): Promise<number> {
  const reply = await (await openGateway(context)).call('listSecrets', { params: { name: proc } });
  const rows = reply.secrets.map(({ name, set_at, set_by }) => [name, shortTime(set_at), plainLine(set_by)]);
  const text = rows.length > 0 ? formatTable(['NAME', 'SET', 'BY'], rows) : `${proc} has no secrets.\n`;
  await context.printer.result(text, reply);
  return 0;
}

export async function setSecrets(
  context: Context,
  { proc, yes, ...sources }: SecretSources & { proc: string; yes: boolean },
): Promise<number> {
  const secrets = await readSecretValues(sources, context.stdin);
  const names = Object.keys(secrets);
  const client = await openGateway(context);
  await checkDeclared(context, client, { proc, names, yes });
  await client.call('setSecrets', { body: { job_name: proc, secrets } });
  await context.printer.result(`Set for ${proc}: ${names.join(', ')}\n`, { job_name: proc, set: names });
  return 0;
}

export async function removeSecret(
  context: Context,
  { proc, name, yes }: { proc: string; name: string; yes: boolean },
): Promise<number> {
  const client = await openGateway(context);
  await confirmChange(context, `Remove secret ${name} of ${proc}?`, yes);
  await client.call('removeSecret', { params: { name: proc, secret: name } });
  await context.printer.result(`Removed: ${name} of ${proc}\n`, { job_name: proc, removed: name });
  return 0;
}
