import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';

export type Asked = Pick<UseQueryResult, 'data' | 'error' | 'errorUpdatedAt' | 'isPlaceholderData'>;

/**
 * Why a query has nothing to show, also while it is asked again. A query without data forgets its error when it is asked
 * again, and live events ask it often: an error that is read would turn into a skeleton and back each time. When the error
 * came tells whether it is of this query, since a component may be given another one.
 */
export function useLastError(query: Asked): Error | null {
  const [last, setLast] = useState<{ error: Error; at: number }>();
  const { error, errorUpdatedAt: at } = query;
  if (error && (last?.error !== error || last.at !== at)) setLast({ error, at });
  if (query.data !== undefined && !query.isPlaceholderData) return null;
  return error ?? (last?.at === at ? last.error : null);
}
