/** The cursor of the next page, if this one is full. */
export function toPage<Item>(
  items: readonly Item[],
  limit: number,
  cursorOf: (item: Item) => string,
): { next?: string } {
  const last = items.length === limit ? items.at(-1) : undefined;
  return last === undefined ? {} : { next: cursorOf(last) };
}

/** A decimal id in a query as a number. Ids beyond the largest safe integer do not exist. */
export function toIdNumber(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}
