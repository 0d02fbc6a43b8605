import type { CSSProperties } from 'react';
import { duration } from '@/lib/time';
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

export type BarsProps = { row: Row; view: View; width: number; now: number };

export function Bars({ row, view, width, now }: BarsProps) {
  const scale = width / (view.to - view.from);
  return row.pieces.map((piece) => {
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
        data-end={piece.end ?? (piece.to === undefined ? 'going' : undefined)}
        style={style}
      />
    );
  });
}
