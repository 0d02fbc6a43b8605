import { describe, expect, it } from 'vitest';
import type { Incident } from '@/api/types';
import {
  causeName,
  intervalWords,
  isMuted,
  quietWords,
  scopeWords,
  shownIncidents,
  span,
  thresholdWords,
  whyNobody,
} from './words';

describe('lengths of time as people set them', () => {
  it.each([
    [500, '500 ms'],
    [30_000, '30 s'],
    [900_000, '15 min'],
    [5_400_000, '90 min'],
    [3_600_000, '1 h'],
    [86_400_000, '1 day'],
    [172_800_000, '2 days'],
  ])('%i', (ms, words) => {
    expect(span(ms)).toBe(words);
  });
});

describe('a policy', () => {
  it('says when messages wait', () => {
    expect(quietWords({ from: '22:00', to: '06:30', zone: 'Europe/London' })).toMatch(/06:30 the next day, Europe/);
    expect(quietWords({ from: '12:00', to: '13:00', zone: 'UTC' })).toMatch(/12:00 to 13:00, UTC/);
  });

  it('says how often it must happen, and how often it tells', () => {
    expect(thresholdWords({ count: 3, within: 3_600_000 })).toBe('Only when it happens 3 times within 1 h');
    expect(intervalWords(900_000)).toMatch(/once in 15 min/);
    expect(intervalWords(0)).toMatch(/Each/);
  });

  it.each([
    [{}, 'Everything'],
    [{ select: 'group:raw', assets: 1 }, '1 asset'],
    [{ select: 'group:raw', assets: 0 }, '0 assets'],
  ])('is about %o', (policy, words) => {
    expect(scopeWords(policy)).toBe(words);
  });
});

const incident = (title: string, more: Partial<Incident>): Incident =>
  ({
    title,
    severity: 'warning',
    kind: 'asset_failed',
    cause: { kind: 'asset', asset: 'raw/orders' },
    owners: ['team:platform'],
    policies: ['raw'],
    affected: ['clean/orders'],
    ...more,
  }) as Incident;

const ALL = [
  incident('raw/orders could not be made', { error: 'HTTP 503' }),
  incident('check unique on clean/orders failed', {
    severity: 'critical',
    kind: 'check_failed',
    cause: { kind: 'check', asset: 'clean/orders', check: 'unique' },
  }),
  incident('worker vm went silent', {
    kind: 'worker_lost',
    cause: { kind: 'worker', worker: 'vm' },
    owners: [],
    affected: [],
  }),
];

describe('filters of incidents', () => {
  it.each([
    [{}, 3],
    [{ q: '503' }, 1],
    [{ q: 'PLATFORM clean/orders' }, 2],
    [{ severity: ['critical', 'info'] }, 1],
    [{ kind: ['worker_lost'] }, 1],
    [{ kind: ['worker_lost'], q: 'orders' }, 0],
  ])('%o', (filter, count) => {
    expect(shownIncidents(ALL, filter)).toHaveLength(count);
  });

  it('names causes', () => {
    expect(ALL.map(({ cause }) => causeName(cause))).toEqual(['raw/orders', 'unique on clean/orders', 'vm']);
  });
});

describe('who is told', () => {
  const now = Date.parse('2026-01-01T12:00:00Z');
  const later = '2026-01-01T13:00:00Z';
  const incident = { state: 'open', policies: ['a', 'b'] } as const;
  const policy = (name: string, channels: string[], muted_until?: string) => ({ name, channels, muted_until });
  const why = (of: object, ...policies: ReturnType<typeof policy>[]) =>
    whyNobody({ ...incident, policies: ['a', 'b'], ...of }, policies, now);

  it('is nobody without a channel, and the policies are named', () => {
    expect(why({}, policy('a', []), policy('other', ['slack']))).toEqual({
      words: 'The policy that watches it names no channel',
      policies: ['a'],
    });
    expect(why({ muted_until: later }, policy('a', []), policy('b', [])).words).toMatch(/name no channel$/);
  });

  it('is nobody while somebody silenced it', () => {
    expect(why({ muted_until: later }, policy('a', ['slack'])).words).toBe('The incident is muted');
    expect(why({}, policy('a', ['slack'], later), policy('b', []))).toEqual({
      words: 'The policies that watch it are muted',
      policies: ['a'],
    });
  });

  it('is somebody later, else', () => {
    expect(why({}, policy('a', ['slack'])).words).toMatch(/^It waits/);
    expect(why({}).words).toMatch(/declared no more/);
  });

  it('is silent until a moment, and never when it is over', () => {
    expect(isMuted({ state: 'open', muted_until: later }, now)).toBe(true);
    expect(isMuted({ state: 'open', muted_until: later }, now + 3_600_000)).toBe(false);
    expect(isMuted({ state: 'resolved', muted_until: later }, now)).toBe(false);
    expect(isMuted({ state: 'open' }, now)).toBe(false);
  });
});
