// What happened to each step and when, as bars on a time axis. Pure, so that a run of a thousand steps is tested as data.
import type { Attempt, Run, Step } from '@/api/types';

/** `wait`: it could run and waited for a slot. `start`: leased, not started. `run`: user code. `retry`: waits to try again. */
export type Piece = {
  kind: 'wait' | 'start' | 'run' | 'retry';
  from: number;
  /** Absent while it goes on. */
  to?: number;
  attempt: number;
  /** How a `run` ended. */
  end?: string;
};

export type Row = {
  step: Step;
  pieces: Piece[];
  /** When it could have run: all that it needs was there. */
  readyAt?: number;
  from?: number;
  to?: number;
};

const instant = (text: string | null | undefined): number | undefined => (text ? Date.parse(text) : undefined);

/** The attempts of each step, oldest first. */
function byStep(attempts: readonly Attempt[]): Map<number, Attempt[]> {
  const found = new Map<number, Attempt[]>();
  for (const attempt of attempts) {
    const list = found.get(attempt.step);
    if (list) list.push(attempt);
    else found.set(attempt.step, [attempt]);
  }
  for (const list of found.values()) list.sort((a, b) => a.attempt - b.attempt);
  return found;
}

/** When everything upstream of a step had ended; undefined while something of it has not. */
function readyAt(step: Step, ended: Map<number, number | undefined>, runStart: number | undefined): number | undefined {
  if (runStart === undefined) return undefined;
  let ready = runStart;
  for (const no of step.upstream ?? []) {
    const at = ended.get(no);
    if (at === undefined) return undefined;
    ready = Math.max(ready, at);
  }
  return ready;
}

type Tried = Pick<Attempt, 'attempt' | 'leased_at' | 'started_at' | 'ended_at' | 'end'>;

/** All attempts of a step; the current one stands in the step itself. */
function triesOf(step: Step, attempts: readonly Attempt[]): Tried[] {
  const before = attempts.filter(({ attempt }) => attempt < step.attempt);
  if (step.attempt === 0 || !step.leased_at) return [...before];
  const { attempt, leased_at, started_at, ended_at } = step;
  const known = attempts.find((each) => each.attempt === attempt);
  const end = known?.end ?? (ended_at ? (step.state as Attempt['end']) : undefined);
  return [...before, { attempt, leased_at, started_at, ended_at: known?.ended_at ?? ended_at, end }];
}

function piecesOf(step: Step, tries: readonly Tried[], ready: number | undefined): Piece[] {
  const pieces: Piece[] = [];
  let free = ready;
  for (const { attempt, leased_at, started_at, ended_at, end } of tries) {
    const leased = instant(leased_at);
    if (leased === undefined) continue;
    if (free !== undefined && leased > free) {
      pieces.push({ kind: pieces.length === 0 ? 'wait' : 'retry', from: free, to: leased, attempt });
    }
    const ended = instant(ended_at);
    // The worker tells with the end when it started, by its own clock, which may be off a little.
    const started = Math.min(Math.max(instant(started_at) ?? leased, leased), ended ?? Number.POSITIVE_INFINITY);
    if (started > leased) pieces.push({ kind: 'start', from: leased, to: started, attempt });
    pieces.push({ kind: 'run', from: started, to: ended, attempt, end: end ?? undefined });
    free = ended;
  }
  if (step.state === 'retry_wait' && free !== undefined) {
    pieces.push({ kind: 'retry', from: free, attempt: step.attempt + 1 });
  }
  if (step.state === 'pending' && tries.length === 0 && ready !== undefined) {
    pieces.push({ kind: 'wait', from: ready, attempt: 1 });
  }
  return pieces;
}

export function rowsOf(
  run: Pick<Run, 'started_at' | 'ended_at'>,
  steps: readonly Step[],
  attempts: readonly Attempt[],
): Row[] {
  const tried = byStep(attempts);
  const ended = new Map(steps.map(({ no, ended_at }) => [no, instant(ended_at)]));
  const start = instant(run.started_at);
  return steps.map((step) => {
    const ready = readyAt(step, ended, start);
    const pieces = piecesOf(step, triesOf(step, tried.get(step.no) ?? []), ready);
    const last = pieces.at(-1);
    return { step, pieces, readyAt: ready, from: pieces[0]?.from, to: last ? (last.to ?? undefined) : undefined };
  });
}

/** How long a row did something of a kind, in milliseconds; what goes on counts until `now`. */
export const timeIn = ({ pieces }: Row, kinds: readonly Piece['kind'][], now: number): number =>
  pieces
    .filter(({ kind }) => kinds.includes(kind))
    .reduce((sum, { from, to }) => sum + Math.max(0, (to ?? now) - from), 0);

/**
 * The steps that made the run as long as it was: the one that ended last, what it waited for longest, and so on. While
 * the run goes on there is none.
 */
export function criticalPath(rows: readonly Row[]): Set<number> {
  const byNo = new Map(rows.map((row) => [row.step.no, row]));
  const ran = (row: Row | undefined): row is Row => row?.pieces.some(({ kind }) => kind === 'run') ?? false;
  let at = rows
    .filter(ran)
    .reduce<Row | undefined>((last, row) => ((row.to ?? 0) > (last?.to ?? -1) ? row : last), undefined);
  const path = new Set<number>();
  while (at && !path.has(at.step.no)) {
    path.add(at.step.no);
    const upstream = (at.step.upstream ?? []).map((no) => byNo.get(no)).filter(ran);
    at = upstream.reduce<Row | undefined>((last, row) => ((row.to ?? 0) > (last?.to ?? -1) ? row : last), undefined);
  }
  return path;
}

export type SortName = 'plan' | 'start' | 'duration';

export function sortRows(rows: readonly Row[], by: SortName, now: number): Row[] {
  if (by === 'plan') return [...rows];
  const weigh = new Map(
    rows.map((row) => [
      row,
      by === 'start'
        ? (row.pieces.find(({ kind }) => kind !== 'wait')?.from ?? row.from ?? Number.POSITIVE_INFINITY)
        : -timeIn(row, ['run'], now),
    ]),
  );
  return [...rows].sort((a, b) => {
    const [left, right] = [weigh.get(a) ?? 0, weigh.get(b) ?? 0];
    return left === right ? a.step.no - b.step.no : left - right;
  });
}

/** How many steps run at each of `count` moments between two instants. */
export function loadOver(rows: readonly Row[], from: number, to: number, count: number, now: number): number[] {
  const width = (to - from) / count;
  const change = new Array<number>(count + 1).fill(0);
  const add = (at: number, by: number) => {
    if (at <= count) change[at] = (change[at] ?? 0) + by;
  };
  if (width <= 0) return change.slice(0, count);
  for (const { pieces } of rows) {
    for (const piece of pieces) {
      if (piece.kind !== 'run') continue;
      const first = Math.floor((piece.from - from) / width);
      const last = Math.floor(((piece.to ?? now) - from) / width);
      if (last < 0 || first >= count) continue;
      add(Math.max(0, first), 1);
      add(Math.min(count, last + 1), -1);
    }
  }
  let running = 0;
  return change.slice(0, count).map((by) => {
    running += by;
    return running;
  });
}
