// From runs and coming ticks to lanes of bars. Pure: what is drawn is decided here.
import type { NextTick, Run, RunState } from '@/api/types';

export type Lane = {
  id: string;
  label: string;
  kind: 'schedule' | 'manual' | 'retry';
  bars: Bar[];
  /** How many bars lie above one another at most. */
  rows: number;
  planned: number[];
};

export type Bar = {
  x: number;
  width: number;
  row: number;
  state: RunState;
  /** More than one where they would lie on top of one another. */
  runs: Run[];
  from: number;
  to: number;
};

export type Frame = { from: number; to: number; now: number; width: number };

/** Bars are this wide at least, so that a short run can be seen and hit. */
const LEAST_WIDTH = 7;
const GAP = 2;
const MOST_ROWS = 4;

/** The states from the one that must be seen to the one that may hide behind it. */
const URGENCY: RunState[] = ['failed', 'running', 'canceling', 'queued', 'canceled', 'succeeded'];

export function lanes(runs: Run[], next: NextTick[], frame: Frame): Lane[] {
  const found = new Map<string, { lane: Lane; runs: Run[] }>();
  const laneOf = (id: string, label: string, kind: Lane['kind']) => {
    const there = found.get(id);
    if (there) return there;
    const made = { lane: { id, label, kind, bars: [], rows: 1, planned: [] } as Lane, runs: [] as Run[] };
    found.set(id, made);
    return made;
  };
  for (const run of runs) {
    const { trigger } = run;
    if (trigger.kind === 'schedule') laneOf(`s:${trigger.name}`, trigger.name, 'schedule').runs.push(run);
    else if (trigger.kind === 'retry') laneOf('retry', 'Retries', 'retry').runs.push(run);
    else laneOf('manual', 'By hand', 'manual').runs.push(run);
  }
  for (const tick of next) {
    const at = Date.parse(tick.at);
    if (at > frame.now && at < frame.to) laneOf(`s:${tick.schedule}`, tick.schedule, 'schedule').lane.planned.push(at);
  }
  for (const { lane, runs: own } of found.values()) place(lane, own, frame);
  return [...found.values()]
    .map(({ lane }) => lane)
    .filter(({ bars, planned }) => bars.length > 0 || planned.length > 0)
    .sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label));
}

const rank = ({ kind }: Lane): number => ['schedule', 'manual', 'retry'].indexOf(kind);

function place(lane: Lane, runs: Run[], frame: Frame): void {
  const scale = frame.width / (frame.to - frame.from);
  const spans = runs
    .map((run) => {
      const from = Date.parse(run.started_at ?? run.created_at);
      const to = run.ended_at ? Date.parse(run.ended_at) : frame.now;
      const x = Math.max(0, (from - frame.from) * scale);
      return { run, from, to, x, width: Math.max(LEAST_WIDTH, (to - frame.from) * scale - x) };
    })
    .filter(({ to, from }) => to >= frame.from && from <= frame.to)
    .sort((a, b) => a.x - b.x);
  const ends: Bar[] = [];
  for (const { run, from, to, x, width } of spans) {
    const free = ends.findIndex((bar) => bar.x + bar.width + GAP <= x);
    const row = free >= 0 ? free : ends.length;
    // Two short ones side by side are one bar with a count; so is whatever finds no free row.
    const over = ends.find(
      (bar) => bar.width <= 2 * LEAST_WIDTH && width <= LEAST_WIDTH && x < bar.x + bar.width + GAP,
    );
    const onto = over ?? (row >= MOST_ROWS ? ends[MOST_ROWS - 1] : undefined);
    if (onto) {
      onto.runs.push(run);
      onto.state = worse(onto.state, run.state);
      onto.to = Math.max(onto.to, to);
      onto.width = Math.max(onto.width, x + width - onto.x);
      continue;
    }
    const bar = { x, width, row, state: run.state, runs: [run], from, to };
    ends[row] = bar;
    lane.bars.push(bar);
  }
  lane.rows = Math.max(1, ...lane.bars.map(({ row }) => row + 1));
}

const worse = (a: RunState, b: RunState): RunState => (URGENCY.indexOf(a) <= URGENCY.indexOf(b) ? a : b);
