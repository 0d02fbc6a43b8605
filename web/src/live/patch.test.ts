import { describe, expect, it } from 'vitest';
import type { LogEvent, Overview, Run, RunState } from '@/api/types';
import { patchDetail, patchOverview, patchPages, patchRun, type RunEvent, runEventOf } from './patch';

const run = (id: string, state: RunState) => ({ id, state, created_at: '10:00' }) as Run;
const event = (seq: number, id: string, state: RunState): RunEvent => ({ seq, run: id, state, at: `10:0${seq}` });

describe('an event of a run', () => {
  it('tells its state', () => {
    const told = { seq: 7, at: '10:07', kind: 'run_succeeded', run: 'a' } as LogEvent;
    expect(runEventOf(told)).toEqual({ seq: 7, at: '10:07', run: 'a', state: 'succeeded' });
    expect(runEventOf({ ...told, kind: 'step_succeeded' })).toBeUndefined();
    expect(runEventOf({ ...told, kind: 'run_from_the_future' })).toBeUndefined();
  });
});

describe('a run', () => {
  it('starts and ends at the times of its events', () => {
    const patched = patchRun(run('a', 'queued'), [event(1, 'a', 'running'), event(2, 'a', 'succeeded')]);
    expect(patched).toMatchObject({ state: 'succeeded', started_at: '10:01', ended_at: '10:02' });
  });

  it('is not started anew by the times of an event that it knows of', () => {
    const known = { ...run('a', 'running'), started_at: '10:00:59' };
    expect(patchRun(known, [event(1, 'a', 'running'), event(2, 'a', 'failed')]).started_at).toBe('10:00:59');
  });

  it.each([
    ['succeeded', 'running'],
    ['canceled', 'canceling'],
    ['failed', 'succeeded'],
    ['canceling', 'running'],
    ['running', 'queued'],
    ['running', 'running'],
  ] as const)('that is %s is not made %s by an older event', (state, older) => {
    const known = run('a', state);
    expect(patchRun(known, [event(1, 'a', older)])).toBe(known);
  });

  it('is the same in whichever order its events come', () => {
    const events = [event(3, 'a', 'canceled'), event(1, 'a', 'running'), event(2, 'a', 'canceling')];
    expect(patchRun(run('a', 'queued'), events)).toMatchObject({ state: 'canceled', ended_at: '10:03' });
  });

  it('of a chain changes in the page of another one', () => {
    const detail = { ...run('b', 'running'), chain: [run('a', 'running'), run('b', 'running')] };
    const patched = patchDetail(detail, [event(1, 'b', 'failed')]);
    expect(patched.state).toBe('failed');
    expect(patched.chain.map(({ state }) => state)).toEqual(['running', 'failed']);
    expect(patchDetail(detail, [event(1, 'c', 'failed')])).toBe(detail);
  });
});

it('changes no more of a list than it must', () => {
  const data = { pages: [{ items: [run('a', 'running')] }, { items: [run('b', 'queued'), run('c', 'failed')] }] };
  const patched = patchPages(data, [event(1, 'b', 'running'), event(2, 'c', 'running')]);
  expect(patched.pages[0]).toBe(data.pages[0]);
  expect(patched.pages[1]?.items.map(({ state }) => state)).toEqual(['running', 'failed']);
  expect(patchPages(data, [event(1, 'z', 'running')])).toBe(data);
});

describe('the overview', () => {
  const overview = {
    seq: 4,
    runs: { queued: 1, running: 1, canceling: 0 },
    today: { since: '00:00', runs: 5, succeeded: 2, failed: 1, updated_assets: 0, deploys: [] },
  } as unknown as Overview;

  it('counts a run from its beginning to its end', () => {
    const events = [event(5, 'n', 'queued'), event(6, 'n', 'running')];
    const going = patchOverview(overview, events);
    expect(going).toMatchObject({ seq: 6, runs: { queued: 1, running: 2 }, today: { runs: 6 } });
    const over = patchOverview(going, [...events, event(7, 'n', 'failed')]);
    expect(over).toMatchObject({ seq: 7, runs: { queued: 1, running: 1 }, today: { failed: 2, succeeded: 2 } });
  });

  it('counts no event twice, and none that the answer knows of', () => {
    const events = [event(4, 'a', 'succeeded'), event(5, 'b', 'succeeded')];
    const once = patchOverview(overview, events);
    expect(once.today.succeeded).toBe(3);
    expect(patchOverview(once, events)).toBe(once);
  });

  it('takes a run away from where it was', () => {
    const was = { ...overview, runs: { queued: 1, running: 0, canceling: 1 } };
    expect(patchOverview(was, [event(3, 'a', 'canceling'), event(5, 'a', 'canceled')]).runs).toEqual({
      queued: 1,
      running: 0,
      canceling: 0,
    });
    expect(patchOverview(was, [event(3, 'q', 'queued'), event(5, 'q', 'canceled')]).runs.queued).toBe(0);
    expect(patchOverview(was, [event(5, 'x', 'succeeded'), event(6, 'y', 'succeeded')]).runs.running).toBe(0);
  });
});
