// The live connection of this tab, for the whole tree below it.
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { authorization, DEPLOYMENT } from '@/api/client';
import type { LogEvent } from '@/api/types';
import { Connection, type ConnectionState } from './connection';
import { RunPatcher } from './patcher';
import { Refresher } from './refresher';
import { EVERYTHING, MOVED, staleKeys } from './stale';

/** For how long a hidden tab keeps its connection. */
const HIDDEN_MS = 5_000;

type Listener = (event: LogEvent) => void;

type Live = { state: ConnectionState; hurry: () => void; listen: (listener: Listener) => () => void };

const LiveContext = createContext<Live | null>(null);

/** Follows the event log after `after`, which must be no later than what any query of the tree was read at. */
export function LiveProvider({ after, children }: { after: number; children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<ConnectionState>({ is: 'connecting' });
  const [listeners] = useState(() => new Set<Listener>());
  const [connection, setConnection] = useState<Connection>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a connection resumes by itself; it starts at `after` once.
  useEffect(() => {
    const refresher = new Refresher(client);
    const patcher = new RunPatcher(client);
    const url = `/api/v1/deployments/${DEPLOYMENT}/events/stream`;
    const opened = new Connection(
      { url, headers: authorization, after },
      {
        onState: setState,
        onResync: () => {
          patcher.forget();
          refresher.mark([EVERYTHING]);
        },
        onMoved: () => refresher.mark(MOVED),
        onEvent: (event) => {
          patcher.hear(event);
          refresher.mark(staleKeys(event));
          for (const listener of listeners) listener(event);
        },
      },
    );
    let hidden: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(hidden);
      if (document.visibilityState === 'hidden') hidden = setTimeout(() => opened.rest(), HIDDEN_MS);
      else opened.wake();
    };
    // A tab that is opened behind this one waits until it is looked at.
    if (document.visibilityState === 'hidden') opened.rest();
    opened.open();
    setConnection(opened);
    const hurry = () => opened.hurry();
    const lose = () => opened.lose();
    document.addEventListener('visibilitychange', look);
    globalThis.addEventListener('online', hurry);
    globalThis.addEventListener('offline', lose);
    return () => {
      clearTimeout(hidden);
      document.removeEventListener('visibilitychange', look);
      globalThis.removeEventListener('online', hurry);
      globalThis.removeEventListener('offline', lose);
      opened.close();
      patcher.stop();
    };
  }, [client]);

  const live = useMemo<Live>(
    () => ({
      state,
      hurry: () => connection?.hurry(),
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
    [state, connection, listeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLive needs a LiveProvider above it');
  return live;
}

/** Calls `listener` with every event as it arrives; for screens that patch what they show instead of reloading it. */
export function useLiveEvents(listener: Listener): void {
  const { listen } = useLive();
  useEffect(() => listen(listener), [listen, listener]);
}
