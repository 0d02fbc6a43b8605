import { describe, expect, it } from 'vitest';
import type { Incident } from '@/api/types';
import { course } from './course';

const incident = (more: Partial<Incident>) =>
  ({ opened_at: '2026-11-28T06:00:00Z', last_at: '2026-11-28T06:00:00Z', count: 1, ...more }) as Incident;

const words = (more: Partial<Incident>) => course(incident(more)).map(({ what }) => what);

describe('the course of an incident', () => {
  it('begins', () => {
    expect(words({})).toEqual(['It began']);
  });

  it('is told in order', () => {
    const over = {
      count: 4,
      last_at: '2026-11-28T06:40:00Z',
      acknowledged_at: '2026-11-28T06:10:00Z',
      acknowledged_by: 'ana',
      resolved_at: '2026-11-28T07:00:00Z',
    };
    expect(words(over)).toEqual([
      'It began',
      'ana took it',
      'It happened again, 3 times by then',
      'Its cause was gone',
    ]);
  });

  it('counts one repeat without a number', () => {
    expect(words({ count: 2, last_at: '2026-11-28T06:05:00Z' })).toEqual(['It began', 'It happened again']);
  });
});
