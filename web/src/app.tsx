// Where the parts are put together: who may see anything, the data, the live connection, the routes.
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState, useSyncExternalStore } from 'react';
import { ApiError } from '@/api/problem';
import { statusQuery } from '@/api/queries';
import { needsSignIn, onSessionChange } from '@/api/session';
import { LiveProvider } from '@/live/live';
import { router } from './router';
import { SignIn } from './shell/sign-in';
import { ErrorState } from './ui/states';
import { TooltipProvider } from './ui/tooltip';

/** A failed request is sent again where that can help; what was refused stays refused. */
const retry = (failures: number, error: Error): boolean =>
  error instanceof ApiError && error.passing && error.status !== 429 && failures < 2;

const newClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: { retry, staleTime: 30_000, refetchOnWindowFocus: false, refetchOnReconnect: false },
      mutations: { retry: false },
    },
  });

export function App() {
  const [client] = useState(newClient);
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider>
        <Gate />
      </TooltipProvider>
    </QueryClientProvider>
  );
}

function Gate() {
  const locked = useSyncExternalStore(onSessionChange, needsSignIn);
  return locked ? <SignIn /> : <Live />;
}

/**
 * The first question is how far the event log is. The live connection starts there, and every other question is asked
 * after it, so that nothing that happens in between is missed.
 */
function Live() {
  const status = useQuery({ ...statusQuery(), retry: 1 });
  if (status.data) {
    return (
      <LiveProvider after={status.data.last_seq}>
        <RouterProvider router={router} />
      </LiveProvider>
    );
  }
  if (status.error && !(status.error instanceof ApiError && status.error.status === 401)) {
    return (
      <main>
        <ErrorState error={status.error} what="Headwater cannot be reached" retry={() => void status.refetch()} />
      </main>
    );
  }
  return null;
}
