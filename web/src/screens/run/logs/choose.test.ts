import { describe, expect, it } from 'vitest';
import type { Step } from '@/api/types';
import { chooseStep, chooseStream } from './choose';

const step = (no: number, state: Step['state'], attempt = 1) => ({ no, state, attempt }) as Step;

describe('the step whose log is opened', () => {
  it('is the one that was asked for, else the one that went wrong', () => {
    const steps = [step(0, 'succeeded'), step(1, 'running'), step(2, 'failed'), step(3, 'skipped', 0)];
    expect(chooseStep(steps, 3)?.no).toBe(3);
    expect(chooseStep(steps, 99)?.no).toBe(2);
    expect(chooseStep(steps.slice(0, 2), undefined)?.no).toBe(1);
    expect(chooseStep([step(0, 'succeeded'), step(1, 'succeeded'), step(2, 'pending', 0)], undefined)?.no).toBe(1);
    expect(chooseStep([], undefined)).toBeUndefined();
  });
});

describe('the stream that is opened', () => {
  it('is stderr of what failed, and never an empty one while another holds something', () => {
    expect(chooseStream({ stdout: 5, stderr: 5 }, { state: 'failed' })).toBe('stderr');
    expect(chooseStream({ stdout: 5, stderr: 5 }, { state: 'succeeded' })).toBe('stdout');
    expect(chooseStream({ stdout: 0, stderr: 0, log: 9 }, { state: 'running' })).toBe('log');
    expect(chooseStream({}, { state: 'running' })).toBe('stdout');
  });
});
