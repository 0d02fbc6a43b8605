import { describe, expect, it } from 'vitest';
import type { LogEvent, Step } from '@/api/types';
import { eventDetail, eventLabel, eventTone, filterEvents, kindCounts, merged } from './event-words';

const event = (seq: number, kind: string, more: Partial<LogEvent> = {}): LogEvent => ({
  seq,
  kind,
  at: '2026-01-01T00:00:00Z',
  ...more,
});

describe('an event in words', () => {
  it('says what happened and how bad that is', () => {
    expect(eventLabel('step_retried')).toBe('Step retried');
    expect(eventTone(event(1, 'step_failed'))).toBe('bad');
    expect(eventTone(event(1, 'check_failed', { data: { severity: 'warn' } }))).toBe('warn');
    expect(eventTone(event(1, 'something_new'))).toBe('none');
  });

  it('says the details that there are', () => {
    const data = { attempt: 2, class: 'timeout', message: 'it took too long' };
    expect(eventDetail(event(1, 'step_failed', { data }))).toBe('attempt 2: timeout: it took too long');
    expect(eventDetail(event(1, 'step_skipped', { data: { attempt: 0, cause: 'a failed' } }))).toBe('a failed');
    expect(eventDetail(event(1, 'step_succeeded'))).toBe('');
  });
});

describe('a list of events', () => {
  const listed = [event(1, 'run_queued'), event(4, 'step_succeeded', { step: 0, asset: 'raw/orders' })];

  it('goes on with what came live, each once', () => {
    const live = [event(4, 'step_succeeded'), event(9, 'run_succeeded')];
    expect(merged(listed, live).map(({ seq }) => seq)).toEqual([1, 4, 9]);
    expect(merged([], live).map(({ seq }) => seq)).toEqual([4, 9]);
  });

  it('is filtered by kind, step and words', () => {
    const steps = [{ name: 'load orders' } as Step];
    const found = (filter: Parameters<typeof filterEvents>[2]) =>
      filterEvents(listed, steps, filter).map(({ seq }) => seq);
    expect(found({ kinds: ['run_queued'] })).toEqual([1]);
    expect(found({ step: 0 })).toEqual([4]);
    expect(found({ text: 'LOAD raw' })).toEqual([4]);
    expect(found({ text: 'nothing' })).toEqual([]);
    expect(kindCounts(listed)).toEqual([
      ['run_queued', 1],
      ['step_succeeded', 1],
    ]);
  });
});
