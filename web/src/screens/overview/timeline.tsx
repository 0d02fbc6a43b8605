// Runs over time: what ran, what runs, and what is planned.
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CalendarClock, RotateCcw, User } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { runsQuery } from '@/api/queries';
import type { NextTick, Run } from '@/api/types';
import { cx } from '@/lib/class';
import { useNow } from '@/lib/clock';
import { plural } from '@/lib/format';
import { useMedia } from '@/lib/media';
import { useSize } from '@/lib/size';
import { absolute, duration } from '@/lib/time';
import { axisMarks } from '@/lib/time-axis';
import { Panel } from '@/ui/page';
import { Loaded, SkeletonRows } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import styles from './timeline.module.css';
import { type Bar, type Frame, type Lane, lanes } from './timeline-model';

const HOUR = 3_600_000;
const WINDOWS = { '1h': HOUR, '6h': 6 * HOUR, '24h': 24 * HOUR, '7d': 168 * HOUR } as const;
type Window = keyof typeof WINDOWS;

const route = getRouteApi('/');

export function Timeline({ next }: { next: NextTick[] }) {
  const window: Window = route.useSearch().window ?? '6h';
  const length = WINDOWS[window];
  const now = useNow(length <= HOUR ? 1_000 : 5_000);
  // The question changes four times in a window, not with every second.
  const since = new Date(Math.floor((now - length) / (length / 4)) * (length / 4)).toISOString();
  const past = useInfiniteQuery({ ...runsQuery({ since }, 500), placeholderData: (before) => before });
  // What began before the window and still goes on belongs into it as well.
  const open = useInfiniteQuery(runsQuery({ state: ['queued', 'running', 'canceling'] }, 100));
  const runs = useMemo(() => {
    const all = [...(open.data?.pages ?? []), ...(past.data?.pages ?? [])].flatMap(({ items }) => items);
    return [...new Map(all.map((run) => [run.id, run])).values()];
  }, [past.data, open.data]);
  return (
    <Panel title="Runs over time" actions={<Windows current={window} />}>
      <Loaded query={past} what="The runs could not be loaded" skeleton={<SkeletonRows rows={3} />}>
        {() => <Chart runs={runs} next={next} from={now - length} to={now + length * 0.2} now={now} />}
      </Loaded>
    </Panel>
  );
}

function Windows({ current }: { current: Window }) {
  return (
    <nav className={styles.windows} aria-label="How far back">
      {(Object.keys(WINDOWS) as Window[]).map((window) => (
        <Link
          key={window}
          to="/"
          search={{ window }}
          replace
          className={styles.window}
          aria-current={window === current ? 'true' : undefined}
        >
          {window}
        </Link>
      ))}
    </nav>
  );
}

type ChartProps = { runs: Run[]; next: NextTick[] } & Omit<Frame, 'width'>;

function Chart({ runs, next, ...span }: ChartProps) {
  const plot = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(plot);
  const [hovered, setHovered] = useState<{ bar: Bar; left: number; top: number }>();
  const frame: Frame = { ...span, width: width || 800 };
  const shown = lanes(runs, next, frame);
  const x = (at: number) => ((at - frame.from) / (frame.to - frame.from)) * frame.width;
  const marks = axisMarks(frame.from, frame.to, Math.max(2, Math.floor(frame.width / 96)));
  const hover = (bar: Bar, target: Element) => {
    const outer = box.current?.getBoundingClientRect();
    const inner = target.getBoundingClientRect();
    if (outer)
      setHovered({ bar, left: Math.min(inner.left - outer.left, outer.width - 280), top: inner.bottom - outer.top });
  };
  return (
    <div ref={box} className={styles.timeline}>
      <div className={styles.grid}>
        <div ref={plot} className={styles.axis} aria-hidden>
          {marks
            .filter(({ at }) => Math.abs(x(at) - x(frame.now)) > 44 && x(at) > 20 && x(at) < frame.width - 20)
            .map(({ at, label, day }) => (
              <span key={at} className={cx(day && styles.day)} style={{ left: x(at) }}>
                {label}
              </span>
            ))}
          <span className={styles.nowLabel} style={{ left: x(frame.now) }}>
            now
          </span>
        </div>
        {shown.map((lane) => (
          <LaneRow
            key={lane.id}
            lane={lane}
            marks={marks.map(({ at }) => x(at))}
            x={x}
            now={x(frame.now)}
            onHover={hover}
            onLeave={() => setHovered(undefined)}
          />
        ))}
      </div>
      {shown.length === 0 ? (
        <p className={styles.empty}>No run in this time, and none is planned. A longer window shows older ones.</p>
      ) : (
        <Legend />
      )}
      {hovered && <Card {...hovered} />}
    </div>
  );
}

const LANE_ICONS = { schedule: CalendarClock, manual: User, retry: RotateCcw };

type LaneRowProps = {
  lane: Lane;
  marks: number[];
  now: number;
  x: (at: number) => number;
  onHover: (bar: Bar, target: Element) => void;
  onLeave: () => void;
};

function LaneRow({ lane, marks, now, x, onHover, onLeave }: LaneRowProps) {
  const Icon = LANE_ICONS[lane.kind];
  const coarse = useMedia('(pointer: coarse)');
  const barHeight = coarse ? 24 : 16;
  const height = lane.rows * (barHeight + 3) + 9;
  return (
    <>
      <div className={styles.label}>
        <Icon size={14} aria-hidden />
        {lane.kind === 'schedule' ? (
          <Link to="/schedules/$schedule" params={{ schedule: lane.label }} className="truncate">
            {lane.label}
          </Link>
        ) : (
          <span className="truncate">{lane.label}</span>
        )}
      </div>
      <div className={styles.lane} style={{ height }}>
        {marks.map((left) => (
          <span key={left} className={styles.line} style={{ left }} />
        ))}
        <span className={styles.future} style={{ left: now }} />
        {lane.bars.map((bar) => (
          <BarLink
            key={`${bar.row}:${bar.runs[0]?.id}`}
            bar={bar}
            lane={lane}
            top={5 + bar.row * (barHeight + 3)}
            height={barHeight}
            onHover={onHover}
            onLeave={onLeave}
          />
        ))}
        {lane.planned.map((at) => (
          <span
            key={at}
            className={styles.planned}
            style={{ left: x(at), top: height / 2 - 4 }}
            title={`Planned for ${absolute(new Date(at))}`}
          />
        ))}
      </div>
    </>
  );
}

type BarLinkProps = {
  bar: Bar;
  lane: Lane;
  top: number;
  height: number;
  onHover: (bar: Bar, target: Element) => void;
  onLeave: () => void;
};

function BarLink({ bar, lane, top, height, onHover, onLeave }: BarLinkProps) {
  const [run] = bar.runs;
  const several = bar.runs.length > 1;
  const shared = {
    className: cx(styles.bar, styles[bar.state]),
    style: { left: bar.x, top, width: bar.width, height },
    'aria-label': several
      ? `${bar.runs.length} runs of ${lane.label}, ${bar.state}`
      : `Run of ${run?.selection}, ${bar.state}`,
    onPointerEnter: (event: React.PointerEvent) => onHover(bar, event.currentTarget),
    onPointerLeave: onLeave,
    onFocus: (event: React.FocusEvent) => onHover(bar, event.currentTarget),
    onBlur: onLeave,
  };
  if (!several && run) return <Link to="/runs/$run" params={{ run: run.id }} preload={false} {...shared} />;
  const search = {
    since: new Date(bar.from).toISOString(),
    ...(lane.kind === 'schedule' ? { schedule: lane.label } : {}),
  };
  return (
    <Link to="/runs" search={search} preload={false} {...shared}>
      {bar.width > 14 && bar.runs.length}
    </Link>
  );
}

function Card({ bar, left, top }: { bar: Bar; left: number; top: number }) {
  const [run] = bar.runs;
  return (
    <div className={styles.card} style={{ left: Math.max(0, left), top: top + 6 }}>
      <StatusBadge kind="run" state={bar.state} shape="plain" />
      {bar.runs.length > 1 ? (
        <span>{plural(bar.runs.length, 'run')} close together</span>
      ) : (
        <span className="mono truncate">{run?.selection}</span>
      )}
      <span className="muted">
        {absolute(new Date(bar.from))} · {duration(bar.to - bar.from)}
      </span>
    </div>
  );
}

const Legend = () => (
  <div className={styles.legend} aria-hidden>
    {(['succeeded', 'failed', 'running', 'queued'] as const).map((state) => (
      <span key={state}>
        <i className={cx(styles.bar, styles[state], styles.swatch)} />
        {state}
      </span>
    ))}
    <span>
      <i className={styles.planned} />
      planned
    </span>
  </div>
);
