import { searchLogQuery } from '@app/contract';
import { AppError, filterControls } from '@app/domain';
import { readQuery } from '../args/read-query.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { readExecutionId } from './read-id.js';

const PER_REQUEST = '1000';

export interface SearchOptions {
  text: string;
  /** Options that do not go with it. */
  tail: string | undefined;
  since: string | undefined;
}

/** Prints every line of the stored log that has the text, with its number. 0 also if there is none. */
export async function searchLog(
  context: Context,
  idText: string,
  { text, tail, since }: SearchOptions,
): Promise<number> {
  if (tail !== undefined || since !== undefined)
    throw new AppError('invalid_args', '--search covers the whole log: leave out --tail and --since.');
  const id = readExecutionId(idText);
  const query = readQuery(searchLogQuery, { q: text, limit: PER_REQUEST });
  const client = await openGateway(context);
  let from: string | undefined;
  for (;;) {
    const page = await client.call('searchLog', { params: { id }, query: { ...query, from } });
    const lines = page.matches.map(
      ({ n, text: line }) => `${n}: ${filterControls(line, { keepColours: false })}\n`,
    );
    await context.printer.result(lines.join(''), page);
    if (page.next === undefined) {
      context.printer.note(`${page.count} ${page.count === 1 ? 'line matches' : 'lines match'}.`);
      return 0;
    }
    from = String(page.next);
  }
}
