/**
 * The pages of a list, one after the other; without `all` the first one only. `read` gets the cursor as the part of
 * the query that it is.
 */
export async function* readPages<Page extends { next?: string | undefined }>(
  read: (cursor: { cursor?: string }) => Promise<Page>,
  all: boolean,
): AsyncGenerator<Page, void> {
  let cursor: string | undefined;
  do {
    const page = await read(cursor === undefined ? {} : { cursor });
    yield page;
    // A cursor that stays would never come to an end.
    cursor = page.next === cursor ? undefined : page.next;
  } while (all && cursor !== undefined);
}
