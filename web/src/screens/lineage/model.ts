// The graph as the canvas needs it: numbered nodes, flat arrays, neighbours by number. Built once per answer of the server.
import type { Graph, GraphNode } from '@/api/types';
import { lookOf } from '@/design/states';
import { plural } from '@/lib/format';
import { Grid } from './grid';
import { shortPaths } from './labels';

/** The size of a node's box, which the server's layout is made for. */
export const BOX = { width: 220, height: 56 };

export type Box = { left: number; top: number; right: number; bottom: number };

export class GraphModel {
  readonly nodes: readonly GraphNode[];
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Pairs of numbers of nodes. */
  readonly edges: Uint32Array;
  readonly up: readonly number[][];
  readonly down: readonly number[][];
  readonly bounds: Box;
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly grid: Grid;
  private short: ReadonlyMap<string, string> | undefined;

  constructor(graph: Pick<Graph, 'nodes' | 'edges'>) {
    const { nodes } = graph;
    this.nodes = nodes;
    this.numbers = new Map(nodes.map(({ key }, number) => [key, number]));
    this.x = Float32Array.from(nodes, ({ x }) => x);
    this.y = Float32Array.from(nodes, ({ y }) => y);
    this.bounds = boundsOf(this.x, this.y);
    const up: number[][] = nodes.map(() => []);
    const down: number[][] = nodes.map(() => []);
    for (const [from, to] of graph.edges) {
      down[from]?.push(to);
      up[to]?.push(from);
    }
    this.up = up;
    this.down = down;
    this.edges = Uint32Array.from(graph.edges.flat());
    this.grid = new Grid(this.x, this.y, BOX.width, BOX.height);
  }

  numberOf(key: string | undefined): number | undefined {
    return key === undefined ? undefined : this.numbers.get(key);
  }

  /** What must stand before the last part of a key, where others end as it does. */
  shortPath(key: string): string | undefined {
    this.short ??= shortPaths(this.nodes.filter((node) => !isGroup(node)).map((node) => node.key));
    return this.short.get(key);
  }

  /** The node whose box is at a place. */
  at(x: number, y: number): number | undefined {
    return this.grid.within({ left: x, top: y, right: x, bottom: y }).at(-1);
  }

  /** The nodes whose boxes touch an area. */
  within(area: Box): number[] {
    return this.grid.within(area);
  }

  /** Everything that a node is made from, and everything that is made from it, each with itself. */
  reach(number: number): { up: Set<number>; down: Set<number> } {
    return { up: follow(number, this.up), down: follow(number, this.down) };
  }
}

function follow(start: number, neighbours: readonly number[][]): Set<number> {
  const seen = new Set([start]);
  // A set gives back what is added while it is walked.
  for (const number of seen) for (const next of neighbours[number] ?? []) seen.add(next);
  return seen;
}

function boundsOf(x: Float32Array, y: Float32Array): Box {
  if (x.length === 0) return { left: 0, top: 0, right: BOX.width, bottom: BOX.height };
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let number = 0; number < x.length; number += 1) {
    const left = x[number] ?? 0;
    const top = y[number] ?? 0;
    box.left = Math.min(box.left, left);
    box.top = Math.min(box.top, top);
    box.right = Math.max(box.right, left + BOX.width);
    box.bottom = Math.max(box.bottom, top + BOX.height);
  }
  return box;
}

/** The one state that a node shows first: what is wrong before what is only old, and that before what is well. */
export function stateOf(node: GraphNode): string {
  if (node.state === 'missing')
    return node.staleness === 'external' || node.role === 'external' ? 'external' : 'missing';
  if (node.state !== 'present') return node.state;
  if (node.failed_checks) return 'check_failed';
  if (node.late) return 'late';
  if (node.warned_checks) return 'check_warned';
  return node.staleness === 'stale' ? 'stale' : 'present';
}

/** What else is true of a node, beside the state that it shows first; the worst first. */
export function alsoOf(node: GraphNode): string[] {
  const first = stateOf(node);
  const also = [
    node.failed_checks && 'check_failed',
    node.late && 'late',
    node.warned_checks && 'check_warned',
    node.staleness === 'stale' && 'stale',
  ];
  return also.filter((state) => typeof state === 'string').filter((state) => state !== first);
}

/** A state in words: how many checks failed, and of a group in how many assets. */
export function wordsOf(node: GraphNode, state: string): string {
  const count = state === 'check_failed' ? node.failed_checks : state === 'check_warned' ? node.warned_checks : 0;
  if (!count) return lookOf('asset', state).label;
  if (isGroup(node)) return `${plural(count, 'asset')} with a ${state === 'check_failed' ? 'failed check' : 'warning'}`;
  const verb = state === 'check_failed' ? 'failed' : count === 1 ? 'warns' : 'warn';
  return `${count === 1 ? 'Check' : `${count} checks`} ${verb}`;
}

export const isGroup = (node: GraphNode): boolean => node.role === 'group';
