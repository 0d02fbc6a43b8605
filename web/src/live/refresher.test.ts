import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BURST, BURST_GAP_MS, GAP_MS, Refresher } from './refresher';

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

  it('reloads four times a second after a burst, however many events there are', async () => {
    const { loads, refresher } = watched(5);
    await vi.advanceTimersByTimeAsync(10);
    const busy = async (ms: number) => {
      for (let event = 0; event < ms; event += 1) {
        refresher.mark([['overview']]);
        await vi.advanceTimersByTimeAsync(1);
      }
    };
    await busy(1_000);
    expect(loads() - 1).toBeLessThanOrEqual(BURST + 1_000 / GAP_MS);
    const burst = loads();
    await busy(10_000);
    expect(loads() - burst).toBeGreaterThanOrEqual(10_000 / GAP_MS - 1);
    expect(loads() - burst).toBeLessThanOrEqual(10_000 / GAP_MS + 1);
  });

  it('shows runs that come twice a second as they happen', async () => {
    const { loads, refresher } = watched(5);
    await vi.advanceTimersByTimeAsync(10);
    for (let run = 0; run < 100; run += 1) {
      const before = loads();
      refresher.mark([['overview']]);
      await vi.advanceTimersByTimeAsync(1);
      expect(loads()).toBe(before + 1);
      refresher.mark([['overview']]);
      await vi.advanceTimersByTimeAsync(BURST_GAP_MS + 5);
      expect(loads()).toBe(before + 2);
      await vi.advanceTimersByTimeAsync(2 * GAP_MS - BURST_GAP_MS - 6);
    }
  });

  it('shows the end of a short run soon after its beginning', async () => {
    const { loads, refresher } = watched(5);
    await vi.advanceTimersByTimeAsync(10);
    refresher.mark([['overview']]);
    await vi.advanceTimersByTimeAsync(5);
    refresher.mark([['overview']]);
    await vi.advanceTimersByTimeAsync(BURST_GAP_MS + 10);
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

  it('does not make one query wait for another', async () => {
    const { client, loads, refresher } = watched(5);
    const slow = new QueryObserver(client, {
      queryKey: ['runs'],
      queryFn: () => new Promise((resolve) => setTimeout(() => resolve(Math.random()), 900)),
    });
    const off = slow.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(1_000);
    for (let event = 0; event < 20; event += 1) {
      refresher.mark([['runs']]);
      await vi.advanceTimersByTimeAsync(45);
    }
    const before = loads();
    refresher.mark([['overview']]);
    await vi.advanceTimersByTimeAsync(6);
    expect(loads()).toBe(before + 1);
    off();
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
