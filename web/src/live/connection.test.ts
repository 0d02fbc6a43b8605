import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff, Connection, type ConnectionState } from './connection';

type Served = { request: RequestInit; send: (text: string) => void; end: () => void };

/** A server whose streams the test writes. */
function serve(status = 200) {
  const served: Served[] = [];
  const encoder = new TextEncoder();
  const fetch = async (_: string, request: RequestInit) => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given;
      },
    });
    request.signal?.addEventListener('abort', () => controller?.error(new Error('aborted')));
    served.push({
      request,
      send: (text) => controller?.enqueue(encoder.encode(text)),
      end: () => controller?.close(),
    });
    return new Response(body, { status });
  };
  return { served, fetch: fetch as typeof globalThis.fetch };
}

function follow(fetch: typeof globalThis.fetch, after = 7) {
  const states: ConnectionState['is'][] = [];
  const seen: number[] = [];
  const resyncs = vi.fn();
  const moves = vi.fn();
  const connection = new Connection(
    { url: '/stream', headers: () => ({ authorization: 'Bearer t' }), after, fetch },
    { onState: ({ is }) => states.push(is), onEvent: ({ seq }) => seen.push(seq), onResync: resyncs, onMoved: moves },
  );
  connection.open();
  return { connection, states, seen, resyncs, moves };
}

const message = (seq: number) => `id: ${seq}\ndata: {"seq":${seq},"kind":"x","at":""}\n\n`;
const lastId = (served: Served) => (served.request.headers as Record<string, string>)['last-event-id'];

describe('the connection', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it('starts after what is known, and resumes after what it saw', async () => {
    const { served, fetch } = serve();
    const { states, seen, resyncs } = follow(fetch);
    await pass(1);
    expect(lastId(served[0] as Served)).toBe('7');
    served[0]?.send(`event: start\nid: 7\ndata: {}\n\n${message(8)}${message(9)}`);
    await pass(1);
    served[0]?.end();
    await pass(20_000);
    expect(seen).toEqual([8, 9]);
    expect(lastId(served[1] as Served)).toBe('9');
    expect(states).toEqual(['connecting', 'live', 'lost']);
    served[1]?.send('event: start\nid: 9\ndata: {}\n\n');
    await pass(1);
    expect(states.at(-1)).toBe('live');
    expect(resyncs).not.toHaveBeenCalled();
  });

  it('loads anew when the server says so, or has another log', async () => {
    const { served, fetch } = serve();
    const { resyncs } = follow(fetch, 100);
    await pass(1);
    served[0]?.send('event: start\nid: 3\ndata: {}\n\n');
    await pass(1);
    expect(resyncs).toHaveBeenCalledTimes(1);
    served[0]?.send('event: resync\nid: 90\ndata: {}\n\n');
    await pass(1);
    expect(resyncs).toHaveBeenCalledTimes(2);
  });

  it('tells what moved without an event, and stays where it was', async () => {
    const { served, fetch } = serve();
    const { seen, moves } = follow(fetch);
    await pass(1);
    served[0]?.send(`event: start\nid: 7\ndata: {}\n\n${message(8)}event: moved\ndata: {}\n\n`);
    await pass(1);
    expect(moves).toHaveBeenCalledTimes(1);
    expect(seen).toEqual([8]);
    served[0]?.end();
    await pass(20_000);
    expect(lastId(served[1] as Served)).toBe('8');
  });

  it('lets go while nobody looks, and goes on where it was', async () => {
    const { served, fetch } = serve();
    const { connection, states, seen } = follow(fetch);
    await pass(1);
    served[0]?.send(`event: start\nid: 7\ndata: {}\n\n${message(8)}`);
    await pass(1);
    connection.rest();
    expect(served[0]?.request.signal?.aborted).toBe(true);
    await pass(120_000);
    expect(served).toHaveLength(1);
    expect(states.at(-1)).toBe('live');
    connection.wake();
    connection.wake();
    await pass(1);
    expect(served).toHaveLength(2);
    expect(lastId(served[1] as Served)).toBe('8');
    served[1]?.send(`event: start\nid: 8\ndata: {}\n\n${message(9)}`);
    await pass(60_000);
    expect(seen).toEqual([8, 9]);
  });

  it('is not opened twice where it wakes before the rest is over', async () => {
    const { served, fetch } = serve();
    const { connection } = follow(fetch);
    await pass(1);
    connection.rest();
    connection.wake();
    await pass(30_000);
    expect(served).toHaveLength(2);
  });

  it('takes silence for a broken connection', async () => {
    const { served, fetch } = serve();
    const { states } = follow(fetch);
    await pass(1);
    served[0]?.send('event: start\nid: 7\ndata: {}\n\n');
    await pass(39_000);
    served[0]?.send(': still here\n\n');
    await pass(39_000);
    expect(states.at(-1)).toBe('live');
    await pass(2_000);
    expect(states.at(-1)).toBe('lost');
  });

  it('is lost at once with the network', async () => {
    const { served, fetch } = serve();
    const { connection, states } = follow(fetch);
    await pass(1);
    served[0]?.send('event: start\nid: 7\ndata: {}\n\n');
    await pass(1);
    connection.lose();
    await pass(1);
    expect(states.at(-1)).toBe('lost');
  });

  it('hurries when it is told to', async () => {
    const { served, fetch } = serve(503);
    const { connection } = follow(fetch);
    await pass(1);
    served[0]?.end();
    await pass(1);
    expect(served).toHaveLength(1);
    connection.hurry();
    await pass(1);
    expect(served).toHaveLength(2);
  });

  it('does not try again without a token that is known', async () => {
    const { served, fetch } = serve(401);
    const { states } = follow(fetch);
    await pass(60_000);
    expect(served).toHaveLength(1);
    expect(states).toEqual(['connecting', 'signed-out']);
  });

  it('stays closed', async () => {
    const { served, fetch } = serve();
    const { connection } = follow(fetch);
    await pass(1);
    connection.close();
    await pass(60_000);
    expect(served).toHaveLength(1);
  });
});

it('waits longer from failure to failure, up to a limit, and never all at once', () => {
  expect(backoff(1, 1)).toBe(500);
  expect(backoff(3, 1)).toBe(2_000);
  expect(backoff(50, 1)).toBe(15_000);
  expect(backoff(50, 0)).toBe(7_500);
});
