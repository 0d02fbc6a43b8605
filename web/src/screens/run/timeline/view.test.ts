import { describe, expect, it } from 'vitest';
import { between, moved, ticks, zoomed } from './view';

const whole = { from: 0, to: 1_000 };

describe('the view of the time axis', () => {
  it('zooms around an instant and never past the ends', () => {
    expect(zoomed(whole, whole, 0.5, 200)).toEqual({ from: 100, to: 600 });
    expect(zoomed({ from: 100, to: 600 }, whole, 4)).toEqual(whole);
    expect(zoomed({ from: 500, to: 501 }, whole, 0.01)).toEqual({ from: 500, to: 501 });
  });

  it('moves and stops at the ends', () => {
    expect(moved({ from: 0, to: 500 }, whole, 0.5)).toEqual({ from: 250, to: 750 });
    expect(moved({ from: 400, to: 900 }, whole, 1)).toEqual({ from: 500, to: 1_000 });
  });

  it('takes what was dragged in any direction', () => {
    expect(between(700, 300, whole)).toEqual({ from: 300, to: 700 });
    expect(between(-50, 300, whole)).toEqual({ from: 0, to: 350 });
  });
});

describe('marks', () => {
  it('are round and count from the start of the run', () => {
    expect(ticks({ from: 100, to: 1_100 }, 100, 5)).toEqual([100, 300, 500, 700, 900, 1_100]);
    expect(ticks({ from: 0, to: 3_600_000 }, 0, 6)).toEqual([
      0, 600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000, 3_600_000,
    ]);
    expect(ticks({ from: 0, to: 400 * 86_400_000 }, 0, 4).length).toBeLessThanOrEqual(5);
  });
});
