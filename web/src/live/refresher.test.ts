import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FIRST_GAP_MS, GAP_MS, Refresher } from './refresher';

const SETTLED_MS = 5_000;

describe('the refresher', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A query that somebody looks at, and that takes `ms` to load. */
  const watched = (ms: number, queryKey = ['overview']) => {
    const client = new QueryClient();
    let loads = 0;
    const queryFn = async () => {
      loads += 1;
      await new Promise((resolve) => setTimeout(resolve, ms));
      return loads;
    };
    const off = new QueryObserver(client, { queryKey, queryFn, staleTime: Number.POSITIVE_INFINITY }).subscribe(
      () => {},
    );
    return { client, off, loads: () => loads, refresher: new Refresher(client) };
  };

  it('reloads at once what was quiet before', async () => {
    const { loads, refresher } = watched(5);
    await vi.advanceTimersByTimeAsync(10);
    refresher.mark([['overview']]);
    await vi.advanceTimersByTimeAsync(10);
    expect(loads()).toBe(2);
  });

  it('reloads four times a second at most, however many events there are', async () => {
    const { loads, refresher } = watched(5);
    await vi.advanceTimersByTimeAsync(10);
    for (let event = 0; event < 1_000; event += 1) {
      refresher.mark([['overview']]);
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(loads() - 1).toBeGreaterThanOrEqual(3);
    expect(loads() - 1).toBeLessThanOrEqual(1_000 / GAP_MS + 4);
  });

  it('shows the end of a short run soon after its beginning', async () => {
    const { loads, refresher } = watched(5);
    await vi.advanceTimersByTimeAsync(10);
    refresher.mark([['overview']]);
    await vi.advanceTimersByTimeAsync(5);
    refresher.mark([['overview']]);
    await vi.advanceTimersByTimeAsync(FIRST_GAP_MS + 10);
    expect(loads()).toBe(3);
  });

  it('asks a slow query less often, and once more at the end', async () => {
    const { client, loads, refresher } = watched(800);
    await vi.advanceTimersByTimeAsync(900);
    for (let event = 0; event < 400; event += 1) {
      refresher.mark([['overview']]);
      await vi.advanceTimersByTimeAsync(10);
    }
    const during = loads() - 1;
    expect(during).toBeLessThanOrEqual(2);
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(loads() - 1).toBeGreaterThan(during);
    expect(client.getQueryState(['overview'])?.isInvalidated).toBe(false);
  });

  it('reloads again what an event overtook on its way', async () => {
    const { loads, refresher } = watched(100);
    await vi.advanceTimersByTimeAsync(50);
    refresher.mark([['overview']]);
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(loads()).toBe(2);
  });

  it('only marks what nobody looks at', async () => {
    const { client, off, loads, refresher } = watched(5);
    await vi.advanceTimersByTimeAsync(10);
    off();
    refresher.mark([[]]);
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(loads()).toBe(1);
    expect(client.getQueryState(['overview'])?.isInvalidated).toBe(true);
  });
});
