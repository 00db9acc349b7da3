import { plainLine } from '@app/domain';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { scopeText } from '../output/scope-text.js';
import { formatFields } from '../output/table.js';

export async function whoAmI(context: Context): Promise<number> {
  const me = await (await openGateway(context)).call('whoAmI');
  const text = formatFields([
    ['Email', plainLine(me.email)],
    ['Name', plainLine(me.name)],
    ['Groups', me.groups.map(plainLine).join(', ')],
    ['Admin', me.is_admin ? 'yes' : 'no'],
    ['Scope', scopeText(me)],
  ]);
  await context.printer.result(text, me);
  return 0;
}
