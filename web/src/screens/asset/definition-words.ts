// The parts of the manifest that the page shows in words; the manifest's JSON Schema describes all of it.
import type { MetadataValue } from '@/api/types';
import { plural } from '@/lib/format';
import { duration } from '@/lib/time';

export type SourceRef = { file: string; line: number; column?: number };

export type RetryPolicy = {
  max_retries: number;
  delay?: number;
  backoff?: 'constant' | 'linear' | 'exponential';
  max_delay?: number;
  jitter?: 'none' | 'full' | 'plus_minus';
  only?: string[];
  never?: string[];
};

export type AssetDef = {
  metadata?: Record<string, MetadataValue>;
  automation?: unknown;
  aliases?: string[];
  source?: SourceRef;
};

export type StepDef = {
  name: string;
  executor: { kind: string; argv?: string[] };
  retry?: RetryPolicy;
  timeout?: number;
  pool?: string;
  priority?: number;
  requires?: Record<string, string>;
  resources?: string[];
  config_schema?: unknown;
  source?: SourceRef;
};

const BACKOFF = { constant: 'after', linear: 'after a growing multiple of', exponential: 'after, doubling each time,' };

/** `3 times, after 2 s`, `never`. */
export function retryWords(policy: RetryPolicy | undefined): string {
  if (!policy || policy.max_retries === 0) return 'never';
  const parts = [plural(policy.max_retries, 'time')];
  if (policy.delay) parts.push(`${BACKOFF[policy.backoff ?? 'constant']} ${duration(policy.delay)}`);
  if (policy.jitter && policy.jitter !== 'none') parts.push('spread at random');
  if (policy.only?.length) parts.push(`only for ${policy.only.join(', ')}`);
  if (policy.never?.length) parts.push(`not for ${policy.never.join(', ')}`);
  return parts.join(', ');
}
