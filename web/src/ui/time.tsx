import { useNow } from '@/lib/clock';
import { absolute, duration, past, relative, relativeChangesIn } from '@/lib/time';

export type TimeProps = {
  at: string | Date | null | undefined;
  form?: 'relative' | 'absolute';
  /** Whether it may lie ahead. What has happened is never shown in the future, whatever the clock here says. */
  ahead?: boolean;
};

/** An instant: relative, with the exact time in the viewer's zone as its title; or the exact time. */
export function Time({ at, form = 'relative', ahead = false }: TimeProps) {
  if (!at) return <span className="muted">–</span>;
  const date = typeof at === 'string' ? new Date(at) : at;
  return (
    <time dateTime={date.toISOString()} title={absolute(date)}>
      {form === 'absolute' ? absolute(date) : <Relative key={date.getTime()} date={date} ahead={ahead} />}
    </time>
  );
}

/** Each instant has one of its own, since the clock of an old one may have ticked minutes ago. */
function Relative({ date, ahead }: { date: Date; ahead: boolean }) {
  const now = useNow(relativeChangesIn(date, Date.now()));
  return ahead ? relative(date, now) : past(date, now);
}

type Instant = string | null | undefined;
export type DurationProps = { ms: number | null | undefined } | { from: Instant; to: Instant };

/** A length of time. Without an end it is still growing, and counts. */
export function Duration(props: DurationProps) {
  if ('ms' in props) return <>{props.ms === null || props.ms === undefined ? '–' : duration(props.ms)}</>;
  if (!props.from) return <>–</>;
  if (props.to) return <>{duration(Date.parse(props.to) - Date.parse(props.from))}</>;
  return <Growing key={props.from} since={Date.parse(props.from)} />;
}

function Growing({ since }: { since: number }) {
  const now = useNow(1_000);
  const ms = Math.max(0, now - since);
  // Tenths of a second would jump about while they count.
  return duration(ms < 10_000 ? Math.floor(ms / 1_000) * 1_000 : ms).replace(/\.0 s$/, ' s');
}
