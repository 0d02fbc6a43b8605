import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Page } from '@/api/types';

type Query<T> = UseInfiniteQueryResult<InfiniteData<Page<T>, unknown>, Error>;

export type Parts<T> = {
  /** All rows that are loaded. */
  rows: T[];
  /** Loads the next part, where there is one. */
  more: () => void;
  /** What stands below the last row. */
  foot: string | undefined;
};

/** A list that is loaded in parts, as a table takes it. */
export function useParts<T>(query: Query<T>): Parts<T> {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { rows, more, foot: isFetchingNextPage ? 'Loading more…' : undefined };
}
