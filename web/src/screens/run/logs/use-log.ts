// Reading a stream of a step's output: its end at once, earlier parts when they are asked for, and what is written from
// now on as it is written.
import { useCallback, useEffect, useRef, useState } from 'react';
import { authorization, DEPLOYMENT } from '@/api/client';
import { type LogPlace, readLog } from '@/api/queries';
import type { LogPage } from '@/api/types';
import { backoff } from '@/live/connection';
import { SseParser } from '@/live/sse';
import { type Format, type Line, Lines } from './lines';

export type LogState = {
  lines: Line[];
  /** The byte where what is loaded starts; above zero there is more before it. */
  from: number;
  /** The byte where it ends. */
  next: number;
  status: 'loading' | 'following' | 'ended' | 'lost';
  error?: Error;
};

/** How much of the end of a log is loaded first, and each time that earlier parts are asked for. */
const PART = 512 * 1024;

const NOTHING: LogState = { lines: [], from: 0, next: 0, status: 'loading' };

/** Reads the bytes from one place to another; an answer may hold less than was asked for. */
async function readBetween(place: LogPlace, from: number, to: number, signal: AbortSignal): Promise<string> {
  let text = '';
  let at = from;
  while (at < to) {
    const page = await readLog(place, at, signal);
    if (page.next <= at) break;
    text += page.text;
    at = page.next;
  }
  return text;
}

const tailAddress = ({ run, step, stream, attempt }: LogPlace, offset: number): string => {
  const query = new URLSearchParams({ offset: String(offset), ...(attempt ? { attempt: String(attempt) } : {}) });
  return `/api/v1/deployments/${DEPLOYMENT}/runs/${run}/steps/${step}/logs/${stream}/tail?${query}`;
};

/** Follows a stream until it ends; gives where it stopped when the connection does. */
async function follow(
  place: LogPlace,
  offset: number,
  signal: AbortSignal,
  onPage: (page: LogPage) => void,
): Promise<'ended' | 'cut'> {
  const headers = { accept: 'text/event-stream', ...authorization() };
  const response = await fetch(tailAddress(place, offset), { headers, signal, cache: 'no-store' });
  if (!response.ok || !response.body) return 'cut';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  const parser = new SseParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return 'cut';
    for (const message of parser.push(decoder.decode(value, { stream: true }))) {
      if (message.event === 'end') return 'ended';
      onPage(JSON.parse(message.data) as LogPage);
    }
  }
}

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

export type UseLog = LogState & { earlier: () => void; loadingEarlier: boolean };

/** `format` must be stable; `live` says whether the attempt may still write. */
export function useLog(place: LogPlace, live: boolean, format?: Format): UseLog {
  const { run, step, stream, attempt } = place;
  const [state, setState] = useState<LogState>(NOTHING);
  const [loadingEarlier, setLoadingEarlier] = useState(false);
  const texts = useRef<string[]>([]);
  const lines = useRef(new Lines(format));
  const isLive = useRef(live);
  useEffect(() => {
    isLive.current = live;
  });

  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const here: LogPlace = { run, step, stream, attempt };
    let frame = 0;
    let next = 0;
    texts.current = [];
    lines.current = new Lines(format);
    setState(NOTHING);
    const show = (change: Partial<LogState>) => {
      if (!signal.aborted) setState((before) => ({ ...before, ...change }));
    };
    // Many parts may come in one frame; they are drawn together.
    const take = (page: LogPage) => {
      next = page.next;
      texts.current.push(page.text);
      lines.current.push(page.text);
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        show({ lines: lines.current.all(), next });
      });
    };
    const read = async () => {
      const first = await readLog(here, -PART, signal);
      take(first);
      show({ from: first.offset });
      for (let size = first.size; next < size; ) {
        const page = await readLog(here, next, signal);
        if (page.next <= next) break;
        size = page.size;
        take(page);
      }
      return first.complete;
    };
    const tail = async () => {
      for (let failures = 0; !signal.aborted; failures += 1) {
        show({ status: failures === 0 ? 'following' : 'lost' });
        const before = next;
        const outcome = await follow(here, next, signal, (page) => {
          show({ status: 'following' });
          take(page);
        }).catch(() => 'cut' as const);
        if (outcome === 'ended') return;
        if (next > before) failures = 0;
        await wait(backoff(failures + 1), signal);
      }
    };
    read()
      .then((complete) => (complete || !isLive.current ? undefined : tail()))
      .then(() => show({ status: 'ended' }))
      .catch((error: Error) => show({ status: 'ended', error }));
    return () => {
      stop.abort();
      cancelAnimationFrame(frame);
    };
  }, [run, step, stream, attempt, format]);

  const { from } = state;
  const earlier = useCallback(() => {
    const start = Math.max(0, from - PART);
    setLoadingEarlier(true);
    readBetween({ run, step, stream, attempt }, start, from, new AbortController().signal)
      .then((text) => {
        // Colours go on from line to line, so everything after the new part is read once more.
        const rebuilt = new Lines(format);
        texts.current = [text, ...texts.current];
        for (const part of texts.current) rebuilt.push(part);
        lines.current = rebuilt;
        setState((before) => ({ ...before, from: start, lines: rebuilt.all() }));
      })
      .catch((error: Error) => setState((before) => ({ ...before, error })))
      .finally(() => setLoadingEarlier(false));
  }, [from, run, step, stream, attempt, format]);

  return { ...state, earlier, loadingEarlier };
}
