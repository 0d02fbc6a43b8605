// Where the parts are put together: who may see anything, the data, the live connection, the routes.
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { ApiError } from '@/api/problem';
import { statusQuery } from '@/api/queries';
import { queryClient } from '@/api/query-client';
import { needsSignIn, onSessionChange } from '@/api/session';
import { LiveProvider } from '@/live/live';
import { useLastError } from './lib/last-error';
import { router } from './router';
import { SignIn } from './shell/sign-in';
import { ErrorState } from './ui/states';
import { TooltipProvider } from './ui/tooltip';

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
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
  const error = useLastError(status);
  if (status.data) {
    return (
      <LiveProvider after={status.data.last_seq}>
        <RouterProvider router={router} />
      </LiveProvider>
    );
  }
  if (error && !(error instanceof ApiError && error.status === 401)) {
    const retry = () => void status.refetch();
    return (
      <main>
        <h1 className="sr-only">Headwater</h1>
        <ErrorState error={error} what="Headwater cannot be reached" retry={retry} trying={status.isFetching} />
      </main>
    );
  }
  return null;
}
