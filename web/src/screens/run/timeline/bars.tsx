import type { CSSProperties } from 'react';
import { duration } from '@/lib/time';
import { StatusIcon } from '@/ui/status';
import { markWords, type StepMark } from '../step-checks';
import type { Piece, Row } from './model';
import styles from './timeline.module.css';
import type { View } from './view';

/** The narrowest that a bar is drawn, in pixels: what happened must be seen, however short it was. */
const NARROWEST = 2;

const KIND_WORDS: Record<Piece['kind'], string> = {
  wait: 'waited for a slot',
  start: 'started',
  run: 'ran',
  retry: 'waited to retry',
};

/** What happened to a step, in words: what the bars show. */
export function wordsOf({ pieces, step }: Row, now: number): string {
  if (pieces.length === 0) return step.cause ?? 'waits for what it is made from';
  return pieces.map(({ kind, from, to }) => `${KIND_WORDS[kind]} ${duration((to ?? now) - from)}`).join(', ');
}

export type BarsProps = { row: Row; view: View; width: number; now: number; mark?: StepMark };

export function Bars({ row, view, width, now, mark }: BarsProps) {
  const scale = width / (view.to - view.from);
  const last = row.pieces.at(-1);
  const bars = row.pieces.map((piece) => {
    const to = piece.to ?? now;
    if (to < view.from || piece.from > view.to) return null;
    const left = Math.max(-4, (piece.from - view.from) * scale);
    const right = Math.min(width + 4, (to - view.from) * scale);
    const style: CSSProperties = {
      transform: `translateX(${left}px)`,
      width: Math.max(right - left, piece.kind === 'run' ? NARROWEST : 0.5),
    };
    return (
      <span
        key={`${piece.kind} ${piece.attempt}`}
        className={styles[piece.kind]}
        data-mark={piece === last && piece.end === 'succeeded' ? mark?.state : undefined}
        data-end={piece.end ?? (piece.to === undefined ? 'going' : undefined)}
        style={style}
      />
    );
  });
  if (!mark || !last) return bars;
  const left = ((row.from ?? view.from) - view.from) * scale;
  const right = ((last.to ?? now) - view.from) * scale;
  return (
    <>
      {bars}
      <Mark mark={mark} left={left} right={right} width={width} />
    </>
  );
}

/** The room that the name of a check should have, in pixels. */
const NAME_ROOM = 180;

/** Which check it was, after the bar, or before it where there is no room after it. */
function Mark({ mark, left, right, width }: { mark: StepMark; left: number; right: number; width: number }) {
  if (right < 0 || left > width) return null;
  const after = width - right >= NAME_ROOM || width - right >= left;
  const place: CSSProperties = after ? { left: right + 6, right: 0 } : { left: 0, right: width - left + 6 };
  return (
    <span className={styles.check} data-mark={mark.state} data-side={after ? 'after' : 'before'} style={place}>
      <StatusIcon kind="step" state={mark.state} size={12} />
      <span className="truncate">{markWords(mark)}</span>
    </span>
  );
}
