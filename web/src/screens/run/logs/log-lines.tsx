// The lines of a log. Only those in view are in the page, so a log of any length scrolls.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { markSpans, parseAnsi, type Style } from '@/lib/ansi';
import { cx } from '@/lib/class';
import type { Line, Match } from './lines';
import styles from './logs.module.css';

const LINE = 19;

export type LogLinesHandle = { show: (line: number) => void; toEnd: () => void };

export type LogLinesProps = {
  label: string;
  lines: readonly Line[];
  wrap: boolean;
  matches: readonly Match[];
  /** The match that the search is at. */
  current: Match | undefined;
  /** The line that was jumped to. */
  marked: number | undefined;
  /** Stays at the end as lines come. */
  follow: boolean;
  /** Told when somebody scrolls away from the end, or back to it. */
  onFollow: (follow: boolean) => void;
  ref: Ref<LogLinesHandle>;
};

export function LogLines(props: LogLinesProps) {
  const { label, lines, wrap, matches, current, marked, follow, onFollow, ref } = props;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE,
    overscan: 20,
    initialRect: { width: 800, height: 600 },
  });
  useImperativeHandle(ref, () => ({
    show: (line) => virtual.scrollToIndex(line, { align: 'center' }),
    toEnd: () => virtual.scrollToIndex(lines.length - 1, { align: 'end' }),
  }));
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [follow, lines, virtual]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other heights, so all are measured anew.
  useEffect(() => virtual.measure(), [wrap, virtual]);

  // Only a person turns the following off: lines that come make the end move away without any scrolling.
  const scrolledUp = () => follow && onFollow(false);
  return (
    <section
      ref={frame}
      className={styles.frame}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard.
      tabIndex={0}
      aria-label={label}
      onWheel={(event) => event.deltaY < 0 && scrolledUp()}
      onTouchMove={scrolledUp}
      onKeyDown={(event) => {
        if (['ArrowUp', 'PageUp', 'Home'].includes(event.key)) scrolledUp();
        if (event.key === 'End' && !event.ctrlKey) onFollow(true);
      }}
    >
      <div className={cx(styles.lines, wrap && styles.wrap)} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          return (
            line && (
              <div
                key={index}
                ref={wrap ? virtual.measureElement : undefined}
                data-index={index}
                className={cx(styles.line, index === marked && styles.marked)}
                style={{ transform: `translateY(${start}px)` }}
              >
                <span className={styles.number} aria-hidden>
                  {index + 1}
                </span>
                <Text line={line} matches={matchesOf(matches, index)} current={current} />
              </div>
            )
          );
        })}
      </div>
    </section>
  );
}

/** The matches of one line; they are in the order of lines, so the first one is found by halving. */
function matchesOf(matches: readonly Match[], line: number): Match[] {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((matches[middle]?.line ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  const found: Match[] = [];
  for (let at = low; matches[at]?.line === line; at += 1) found.push(matches[at] as Match);
  return found;
}

function Text({ line, matches, current }: { line: Line; matches: Match[]; current: Match | undefined }) {
  const { spans } = parseAnsi(line.raw, line.start);
  const marked = markSpans(
    spans,
    matches.map(({ start, end }) => [start, end] as const),
  );
  return (
    <span className={styles.text}>
      {marked.map(({ text, style, match }, index) => {
        const found = match === undefined ? undefined : matches[match];
        const look = { className: classOf(style), style: cssOf(style) };
        return found ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the spans are a function of the line.
          <mark key={index} className={found === current ? styles.current : undefined}>
            {text}
          </mark>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the spans are a function of the line.
          <span key={index} {...look}>
            {text}
          </span>
        );
      })}
      {marked.length === 0 && '\u200b'}
    </span>
  );
}

const classOf = ({ bold, dim, italic, underline, strike, inverse, fg, bg }: Style): string | undefined =>
  cx(
    bold && styles.bold,
    dim && styles.dim,
    italic && styles.italic,
    underline && styles.underline,
    strike && styles.strike,
    inverse && styles.inverse,
    typeof fg === 'string' && styles.tinted,
    bg !== undefined && styles.backed,
  ) || undefined;

/** The colours of a span as variables, so that the stylesheet can make them fit for the theme. */
function cssOf({ fg, bg }: Style): CSSProperties | undefined {
  if (fg === undefined && bg === undefined) return undefined;
  const colour = (value: string | number) => (typeof value === 'number' ? `var(--ansi-${value})` : value);
  return {
    ...(fg === undefined ? {} : { '--fg': colour(fg) }),
    ...(bg === undefined ? {} : { '--bg': colour(bg) }),
  } as CSSProperties;
}
