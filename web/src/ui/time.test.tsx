import { act, cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Time } from './time';

const START = Date.parse('2026-03-10T12:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('takes the time anew when the instant changes', () => {
  const { container, rerender } = render(<Time at={at(-7_200)} />);
  expect(container.textContent).toBe('2 h ago');
  act(() => void vi.advanceTimersByTime(100_000));
  rerender(<Time at={at(90)} />);
  expect(container.textContent).toBe('10 s ago');
});

it('shows only what may lie ahead in the future', () => {
  const { container, rerender } = render(<Time at={at(90)} />);
  expect(container.textContent).toBe('just now');
  rerender(<Time at={at(90)} ahead />);
  expect(container.textContent).toBe('in 1 min');
});
