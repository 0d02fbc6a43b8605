// What the settings of a schedule mean, in words.
import type { Schedule } from '@/api/types';

export type Words = { name: string; meaning: string };

const OVERLAP: Record<Schedule['overlap'], Words> = {
  allow: { name: 'Side by side', meaning: 'A tick starts its run even while an earlier run has not ended.' },
  skip: { name: 'Skip', meaning: 'A tick that is due while an earlier run has not ended is skipped.' },
  queue_one: {
    name: 'Queue one',
    meaning: 'While an earlier run has not ended, the next one waits. At most one waits; further ticks are skipped.',
  },
  cancel_previous: { name: 'Cancel the earlier', meaning: 'An earlier run that has not ended is canceled.' },
};

export const overlapWords = (overlap: Schedule['overlap']): Words =>
  OVERLAP[overlap] ?? { name: String(overlap), meaning: 'This page is older than the server and does not know it.' };

export function catchUpWords(catchUp: unknown): Words {
  const { kind, max } = (catchUp ?? {}) as { kind?: string; max?: number };
  switch (kind) {
    case 'skip':
      return { name: 'None', meaning: 'Ticks that were due while no server ran are recorded as skipped.' };
    case 'latest':
      return { name: 'The latest', meaning: 'Of the ticks that were due while no server ran, the last one runs.' };
    case 'all': {
      const most = max === 1 ? 'the newest one runs' : `the newest ${max} run, oldest first`;
      return { name: `Up to ${max}`, meaning: `Of the ticks that were due while no server ran, ${most}.` };
    }
    default:
      return { name: String(kind), meaning: 'This page is older than the server and does not know it.' };
  }
}

/** The first line of a description, without its marks, for a list. */
export function firstLine(markdown: string | undefined): string {
  const line = markdown?.split('\n').find((each) => each.trim() !== '') ?? '';
  return line
    .replace(/^#+\s*/, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]/g, '')
    .trim();
}
