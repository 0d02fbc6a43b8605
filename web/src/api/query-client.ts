import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './problem';

/** A failed request is sent again where that can help; what was refused stays refused. */
const retry = (failures: number, error: Error): boolean =>
  error instanceof ApiError && error.passing && error.status !== 429 && failures < 2;

/** The data of this tab. Routes start to load theirs while their code is on its way, so it is no matter of components. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry, staleTime: 30_000, refetchOnWindowFocus: false, refetchOnReconnect: false },
    mutations: { retry: false },
  },
});
