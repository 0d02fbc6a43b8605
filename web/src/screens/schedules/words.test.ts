import { describe, expect, it } from 'vitest';
import { catchUpWords, firstLine, overlapWords } from './words';

describe('settings of a schedule', () => {
  it.each(['allow', 'skip', 'queue_one', 'cancel_previous'] as const)('overlap %s has a meaning', (overlap) => {
    expect(overlapWords(overlap).meaning).toMatch(/earlier run/);
  });

  it.each([
    [{ kind: 'skip' }, /recorded as skipped/],
    [{ kind: 'latest' }, /the last one runs/],
    [{ kind: 'all', max: 1 }, /the newest one runs/],
    [{ kind: 'all', max: 24 }, /the newest 24 run, oldest first/],
    [{ kind: 'sometimes' }, /older than the server/],
  ])('catch-up %o', (catchUp, meaning) => {
    expect(catchUpWords(catchUp).meaning).toMatch(meaning);
  });
});

describe('the first line of a description', () => {
  it.each([
    [undefined, ''],
    ['', ''],
    ['\n# Nightly\n\nMore.', 'Nightly'],
    ['After the **tills** left [their export](https://x.example).', 'After the tills left their export.'],
  ])('%o', (markdown, line) => {
    expect(firstLine(markdown)).toBe(line);
  });
});
