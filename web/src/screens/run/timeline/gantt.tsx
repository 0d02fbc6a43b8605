// A row per step on a common time axis. Only the rows in view are in the page, so a thousand steps move smoothly.
import { useVirtualizer } from '@tanstack/react-virtual';
import { Maximize2, ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { Run } from '@/api/types';
import { lookOf } from '@/design/states';
import { cx } from '@/lib/class';
import { useNow } from '@/lib/clock';
import { splitKey } from '@/lib/format';
import { useNarrow } from '@/lib/media';
import { useSize } from '@/lib/size';
import { duration } from '@/lib/time';
import { IconButton } from '@/ui/button';
import { StatusIcon } from '@/ui/status';
import { moveRow } from '@/ui/table-keys';
import { markWords, type StepMarks, shownState } from '../step-checks';
import { Bars, wordsOf } from './bars';
import type { Row } from './model';
import { Strip } from './strip';
import styles from './timeline.module.css';
import { moved, ticks, type View, zoomed } from './view';

const ROW = 24;
/** A live run is drawn so often; more would be seen by nobody. */
const FRAME_MS = 250;

export type GanttProps = {
  run: Run;
  /** All rows of the run, for the strip. */
  all: readonly Row[];
  rows: readonly Row[];
  critical: ReadonlySet<number>;
  marks: StepMarks;
  chosen: number | undefined;
  onChoose: (step: number) => void;
};

export function Gantt({ run, all, rows, critical, marks, chosen, onChoose }: GanttProps) {
  const live = !run.ended_at;
  const now = useNow(live ? FRAME_MS : null);
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useSize(frame);
  const label = useNarrow() ? 124 : 264;
  const axis = Math.max(0, width - label);
  const start = Date.parse(run.created_at);
  const end = run.ended_at ? Date.parse(run.ended_at) : Math.max(now, start + 1_000);
  const whole: View = { from: start, to: Math.max(end + (end - start) * 0.02, start + 10) };
  const [zoom, setZoom] = useState<View>();
  const view = zoom ?? whole;
  const setView = (next: View) => setZoom(next.to - next.from >= whole.to - whole.from - 1 ? undefined : next);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 10,
    initialRect: { width: 800, height: 600 },
  });
  const [focused, setFocused] = useState(0);
  const current = Math.min(focused, rows.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 400) / ROW) - 2);
    const next = moveRow(event.key, current, rows.length, page);
    if (next !== undefined) {
      setFocused(next);
      virtual.scrollToIndex(next);
      requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
    } else if (event.key === '+' || event.key === '=') setView(zoomed(view, whole, 0.6));
    else if (event.key === '-') setView(zoomed(view, whole, 1.7));
    else if (event.key === '0') setZoom(undefined);
    else if (event.key === 'ArrowLeft') setView(moved(view, whole, -0.2));
    else if (event.key === 'ArrowRight') setView(moved(view, whole, 0.2));
    else return;
    event.preventDefault();
  };
  useWheelZoom(frame, label, { view, whole, setView });

  const times = ticks(view, start, Math.max(2, axis / 90));
  const toX = (at: number) => ((at - view.from) / (view.to - view.from)) * axis;
  const startedAt = run.started_at ? Date.parse(run.started_at) : undefined;
  return (
    <div className={styles.gantt} style={{ '--label': `${label}px` } as React.CSSProperties}>
      <div className={styles.top}>
        <div className={styles.zoom}>
          <IconButton
            icon={ZoomIn}
            label="Look closer (+)"
            size="small"
            onClick={() => setView(zoomed(view, whole, 0.5))}
          />
          <IconButton
            icon={ZoomOut}
            label="Show more (-)"
            size="small"
            onClick={() => setView(zoomed(view, whole, 2))}
          />
          <IconButton icon={Maximize2} label="The whole run (0)" size="small" onClick={() => setZoom(undefined)} />
        </div>
        <Strip rows={all} whole={whole} view={view} width={axis} now={now} onView={setView} />
      </div>
      <div className={styles.axis} aria-hidden>
        {times.map((at) => (
          <span key={at} className={styles.mark} style={{ transform: `translateX(${label + toX(at)}px)` }}>
            {at === start ? '0' : duration(at - start)}
          </span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: the rows are far apart from each other and drawn as needed. */}
      <div ref={frame} className={styles.frame} role="list" aria-label="Steps over time" onKeyDown={onKeyDown}>
        <div className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {times.map((at) => (
            <span key={at} className={styles.line} style={{ transform: `translateX(${label + toX(at)}px)` }} />
          ))}
          {startedAt !== undefined && startedAt > start && (
            <Queued from={label + Math.max(0, toX(start))} to={label + Math.min(axis, toX(startedAt))} />
          )}
          {live && now <= view.to && (
            <span className={styles.now} style={{ transform: `translateX(${label + toX(now)}px)` }} />
          )}
          {virtual.getVirtualItems().map(({ index, start: top }) => {
            const row = rows[index];
            if (!row) return null;
            const { no, name, state } = row.step;
            const mark = marks.get(no);
            const said = [lookOf('step', state).label, wordsOf(row, now), mark && markWords(mark)].filter(Boolean);
            const words = `${name}: ${said.join(', ')}`;
            return (
              // biome-ignore lint/a11y/useSemanticElements: see above.
              <div key={no} role="listitem" className={styles.item} style={{ transform: `translateY(${top}px)` }}>
                <button
                  type="button"
                  data-index={index}
                  tabIndex={index === current ? 0 : -1}
                  aria-label={words}
                  aria-current={no === chosen ? 'true' : undefined}
                  title={words}
                  className={cx(styles.row, critical.has(no) && styles.critical)}
                  onFocus={() => setFocused(index)}
                  onClick={() => onChoose(no)}
                >
                  <span className={styles.label}>
                    <StatusIcon kind="step" state={shownState(row.step, marks)} size={13} />
                    <Name name={name} />
                  </span>
                  <span className={styles.bars}>
                    <Bars row={row} view={view} width={axis} now={now} mark={mark} />
                  </span>
                </button>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Name({ name }: { name: string }) {
  const { path, name: last } = splitKey(name);
  return (
    <span className={styles.name}>
      <span className={styles.path}>{path}</span>
      {last}
    </span>
  );
}

/** The time before the run had its turn. */
function Queued({ from, to }: { from: number; to: number }) {
  if (to - from < 1) return null;
  return <span className={styles.queued} style={{ transform: `translateX(${from}px)`, width: to - from }} />;
}

type Zoom = { view: View; whole: View; setView: (view: View) => void };

/** The wheel zooms with Ctrl and moves with Shift. The browser's own zoom has to be refused, so React's handler is no help. */
function useWheelZoom(frame: React.RefObject<HTMLDivElement | null>, label: number, zoom: Zoom): void {
  const latest = useRef(zoom);
  useEffect(() => {
    latest.current = zoom;
  });
  useEffect(() => {
    const target = frame.current;
    if (!target) return;
    const wheel = (event: WheelEvent) => {
      const { view, whole, setView } = latest.current;
      const { left, width } = target.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) {
        const part = Math.min(1, Math.max(0, (event.clientX - left - label) / (width - label)));
        const around = view.from + (view.to - view.from) * part;
        setView(zoomed(view, whole, Math.exp(event.deltaY * 0.004), around));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        setView(moved(view, whole, (event.deltaX || event.deltaY) / width));
      } else return;
      event.preventDefault();
    };
    target.addEventListener('wheel', wheel, { passive: false });
    return () => target.removeEventListener('wheel', wheel);
  }, [frame, label]);
}
