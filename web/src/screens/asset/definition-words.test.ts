import { describe, expect, it } from 'vitest';
import { type RetryPolicy, retryWords } from './definition-words';

describe('a retry policy in words', () => {
  it.each<[RetryPolicy | undefined, string]>([
    [undefined, 'never'],
    [{ max_retries: 0 }, 'never'],
    [{ max_retries: 1 }, '1 time'],
    [{ max_retries: 3, delay: 2_000 }, '3 times, after 2.0 s'],
    [
      { max_retries: 2, delay: 500, backoff: 'exponential', jitter: 'full', never: ['config'] },
      '2 times, after, doubling each time, 500 ms, spread at random, not for config',
    ],
  ])('%j', (policy, words) => expect(retryWords(policy)).toBe(words));
});
