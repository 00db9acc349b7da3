import type { Context } from '../context.js';
import { pagedTable } from '../output/table.js';

interface PageTable<Page> {
  /** Fetch every page, not only the first. */
  all: boolean;
  header: readonly string[];
  rowsOf: (page: Page) => string[][];
  /** The note beside an empty result. */
  none: string;
  /** The note about further pages. */
  more?: string;
}

/** Prints each page as it arrives; as JSON: one object per page, one per line. */
export async function printPages<Page extends { next?: string | undefined }>(
  { printer }: Context,
  pages: AsyncIterable<Page>,
  { all, header, rowsOf, none, more = 'There are more. Use --all, or --limit up to 500.' }: PageTable<Page>,
): Promise<void> {
  const table = pagedTable(header);
  let count = 0;
  let next: string | undefined;
  for await (const page of pages) {
    const rows = rowsOf(page);
    count += rows.length;
    next = page.next;
    await printer.result(count === 0 ? '' : table(rows), page);
    if (!all) break;
  }
  if (count === 0) printer.note(none);
  if (next !== undefined) printer.note(more);
}

/** The items of all pages. */
export async function collectItems<Page, Item>(
  pages: AsyncIterable<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...itemsOf(page));
  return items;
}
