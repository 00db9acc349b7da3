import type { ReplyOf } from '@app/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { useSearchParams } from 'wouter';
import { client } from '../api/client.js';

const TYPING_MS = 250;
/** While the log grows. */
const RENEWED_MS = 5_000;
const PAGE_MATCHES = 1_000;

export interface LogSearch {
  /** As it is typed. */
  draft: string;
  setDraft: (text: string) => void;
  /** What is searched; empty: nothing. */
  text: string;
  /** How many lines of the whole log match; null: not known yet. */
  count: number | null;
  matches: ReplyOf<'searchLog'>['matches'];
  /** Of the match that the address points to, from 1; null: it points to none. */
  position: number | null;
  error: Error | null;
  /** The number of the next or previous match. Null: there is none. */
  find: (step: 1 | -1) => Promise<number | null>;
}

/** Searches the whole stored log on the gateway. The text is in the address. @param line the line that is chosen */
export function useLogSearch(id: string, line: number | null, isLive: boolean): LogSearch {
  const [search, setSearch] = useSearchParams();
  const text = search.get('q') ?? '';
  const [draft, setDraft] = useState(text);
  useEffect(() => setDraft(text), [text]);
  const commit = useEffectEvent(() => {
    const changed = new URLSearchParams(search);
    changed.delete('q');
    if (draft !== '') changed.set('q', draft);
    setSearch(changed, { replace: true });
  });
  useEffect(() => {
    if (draft === text) return undefined;
    const timer = setTimeout(() => commit(), TYPING_MS);
    return () => clearTimeout(timer);
  }, [draft, text]);

  const pages = useInfiniteQuery({
    queryKey: ['searchLog', id, text],
    queryFn: async ({ pageParam, signal }) =>
      await client.call('searchLog', {
        params: { id },
        query: { q: text, limit: String(PAGE_MATCHES), from: String(pageParam) },
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: ({ next }) => next,
    enabled: text !== '',
    refetchInterval: isLive ? RENEWED_MS : false,
  });
  const matches = (pages.data?.pages ?? []).flatMap((page) => page.matches);
  const at = line === null ? -1 : matches.findIndex(({ n }) => n === line);
  return {
    draft,
    setDraft,
    text,
    count: pages.data?.pages.at(-1)?.count ?? null,
    matches,
    position: at < 0 ? null : at + 1,
    error: pages.error,
    find: async (step) => {
      if (step === -1) return matches.findLast(({ n }) => line !== null && n < line)?.n ?? null;
      const isNext = ({ n }: { n: number }) => line === null || n > line;
      let found = matches.find(isNext);
      for (let hasMore = pages.hasNextPage; !found && hasMore;) {
        const read = await pages.fetchNextPage();
        found = read.data?.pages.at(-1)?.matches.find(isNext);
        hasMore = read.hasNextPage && !read.error;
      }
      return found?.n ?? null;
    },
  };
}
