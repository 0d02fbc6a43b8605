import { describe, expect, it } from 'vitest';
import type { GraphNode } from '@/api/types';
import { fitBox, lookAt, opening, reveal, seen, toScreen, toWorld, zoomAt } from './camera';
import { Grid } from './grid';
import { alsoOf, BOX, GraphModel, stateOf, wordsOf } from './model';
import { neighbour } from './moves';

const node = (key: string, column: number, row: number) =>
  ({ key, group: 'g', role: 'materialized', rank: 0, state: 'present', x: column * 320, y: row * 80 }) as GraphNode;

/** a → c → d, b → c, c → e; x stands alone. */
const model = new GraphModel({
  nodes: [node('a', 0, 0), node('b', 0, 1), node('c', 1, 0), node('d', 2, 0), node('e', 2, 1), node('x', 0, 2)],
  edges: [
    [0, 2],
    [1, 2],
    [2, 3],
    [2, 4],
  ],
});
const key = (number: number | undefined) => (number === undefined ? undefined : model.nodes[number]?.key);
const number = (name: string) => model.numberOf(name) ?? -1;

describe('the model', () => {
  it('knows its edges and how far it reaches', () => {
    expect(model.edges).toHaveLength(8);
    expect(model.bounds).toEqual({ left: 0, top: 0, right: 640 + BOX.width, bottom: 160 + BOX.height });
  });

  it('finds what is under a point', () => {
    expect(key(model.at(325, 5))).toBe('c');
    expect(model.at(300, 5)).toBeUndefined();
  });

  it('reaches up and down through everything', () => {
    const { up, down } = model.reach(number('c'));
    expect([...up].map(key)).toEqual(['c', 'a', 'b']);
    expect([...down].map(key)).toEqual(['c', 'd', 'e']);
  });

  it.each([
    ['a', 'right', 'c'],
    ['c', 'left', 'a'],
    ['e', 'left', 'c'],
    ['d', 'down', 'e'],
    ['b', 'up', 'a'],
    ['b', 'down', 'x'],
    ['x', 'right', undefined],
    ['a', 'up', undefined],
  ] as const)('goes from %s to the %s to %s', (from, direction, to) => {
    expect(key(neighbour(model, number(from), direction))).toBe(to);
  });
});

it.each([
  [{ state: 'present' }, 'present'],
  [{ state: 'present', staleness: 'stale' }, 'stale'],
  [{ state: 'present', staleness: 'stale', late: true }, 'late'],
  [{ state: 'failed', late: true }, 'failed'],
  [{ state: 'present', failed_checks: 1, late: true }, 'check_failed'],
  [{ state: 'present', warned_checks: 1, late: true }, 'late'],
  [{ state: 'present', warned_checks: 1, staleness: 'stale' }, 'check_warned'],
  [{ state: 'failed', failed_checks: 1 }, 'failed'],
  [{ state: 'in_progress', failed_checks: 1 }, 'in_progress'],
  [{ state: 'in_progress', staleness: 'stale' }, 'in_progress'],
  [{ state: 'missing', staleness: 'missing' }, 'missing'],
  [{ state: 'missing', role: 'external' }, 'external'],
] as [Partial<GraphNode>, string][])('%o is first of all %s', (facts, state) => {
  expect(stateOf({ ...node('a', 0, 0), ...facts })).toBe(state);
});

it('says what else is true, and how many checks failed', () => {
  const facts = { failed_checks: 2, warned_checks: 1, late: true, staleness: 'stale' } as const;
  const both = { ...node('a', 0, 0), ...facts };
  expect(alsoOf(both)).toEqual(['late', 'check_warned', 'stale']);
  expect(alsoOf({ ...both, state: 'failed' })).toEqual(['check_failed', 'late', 'check_warned', 'stale']);
  expect(wordsOf(both, 'check_failed')).toBe('2 checks failed');
  expect(wordsOf(both, 'check_warned')).toBe('Check warns');
  expect(wordsOf(both, 'late')).toBe('Late');
  expect(wordsOf({ ...both, role: 'group' }, 'check_failed')).toBe('2 assets with a failed check');
});

describe('the grid', () => {
  const many = 3_000;
  const x = Float32Array.from({ length: many }, (_, each) => ((each * 7_919) % 20_011) - 4_000);
  const y = Float32Array.from({ length: many }, (_, each) => ((each * 104_729) % 9_973) - 2_000);
  const grid = new Grid(x, y, 220, 56);
  const byHand = (left: number, top: number, right: number, bottom: number) =>
    Array.from({ length: many }, (_, each) => each).filter((each) => {
      const [a = 0, b = 0] = [x[each], y[each]];
      return a <= right && a + 220 >= left && b <= bottom && b + 56 >= top;
    });

  it.each([
    [0, 0, 0, 0],
    [-4_000, -2_000, 4_000, 2_000],
    [511, 511, 513, 513],
    [-1e6, -1e6, 1e6, 1e6],
    [30_000, 0, 31_000, 100],
  ])('finds the same as looking at every box: %i %i %i %i', (left, top, right, bottom) => {
    expect(grid.within({ left, top, right, bottom })).toEqual(byHand(left, top, right, bottom));
  });
});

describe('the camera', () => {
  const size = { width: 1_000, height: 600 };
  const box = { left: 100, top: 50, right: 4_100, bottom: 1_050 };

  it('fits a box into the middle', () => {
    const camera = fitBox(box, size);
    const area = seen(camera, size);
    expect((area.left + area.right) / 2).toBeCloseTo(2_100);
    expect((area.top + area.bottom) / 2).toBeCloseTo(550);
    expect(area.left).toBeLessThan(box.left);
    expect(area.right).toBeGreaterThan(box.right);
  });

  it('comes no closer than life size for a small graph', () => {
    expect(fitBox({ left: 0, top: 0, right: 10, bottom: 10 }, size).k).toBe(1);
  });

  it('opens a small graph where it can be read, from its beginning', () => {
    const camera = opening({ nodes: Array(20), bounds: box }, size);
    expect(camera.k).toBe(0.45);
    expect(toScreen(camera, { x: box.left, y: 550 }).x).toBeCloseTo(28);
    expect(toScreen(camera, { x: box.left, y: 550 }).y).toBeCloseTo(300);
    expect(opening({ nodes: Array(2_000), bounds: box }, size)).toEqual(fitBox(box, size));
  });

  it('keeps what is under the pointer when it zooms', () => {
    const camera = { x: 12, y: -40, k: 0.5 };
    const point = { x: 300, y: 200 };
    const before = toWorld(camera, point);
    const after = toScreen(zoomAt(camera, point, 1.7), before);
    expect(after.x).toBeCloseTo(point.x);
    expect(after.y).toBeCloseTo(point.y);
  });

  it('moves only as far as it has to', () => {
    const camera = { x: 0, y: 0, k: 1 };
    expect(reveal(camera, { left: 100, top: 100, right: 320, bottom: 156 }, size)).toEqual(camera);
    expect(reveal(camera, { left: 990, top: 100, right: 1_210, bottom: 156 }, size)).toEqual({ x: -238, y: 0, k: 1 });
  });

  it('looks at a box from where it can be read', () => {
    const camera = lookAt({ x: 0, y: 0, k: 0.05 }, { left: 0, top: 0, right: 220, bottom: 56 }, size);
    expect(camera.k).toBe(0.8);
    expect(toScreen(camera, { x: 110, y: 28 })).toEqual({ x: 500, y: 300 });
  });
});
