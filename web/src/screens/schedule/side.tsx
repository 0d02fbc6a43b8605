// What stands beside the history: when it ticks next, its last run, and how it is defined.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarOff } from 'lucide-react';
import { previewQuery, runQuery } from '@/api/queries';
import type { Schedule } from '@/api/types';
import { cx } from '@/lib/class';
import { useNow } from '@/lib/clock';
import { plural } from '@/lib/format';
import { clockIn, dayIn, differs } from '@/lib/when';
import { CopyId } from '@/ui/copy';
import { KeyValue } from '@/ui/key-value';
import { RunLink } from '@/ui/links';
import { Markdown } from '@/ui/markdown';
import { Panel } from '@/ui/page';
import { EmptyState, Loaded, SkeletonRows } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Duration, Time } from '@/ui/time';
import { tagList } from '../schedules/controls';
import { catchUpWords, overlapWords, type Words } from '../schedules/words';
import styles from './schedule.module.css';

export function NextTicks({ schedule: { name, zone, switch: is } }: { schedule: Schedule }) {
  const query = useQuery(previewQuery(name, 8));
  const now = useNow(15_000);
  const title = is === 'on' ? 'Next ticks' : 'Next ticks, if it were on';
  return (
    <Panel title={title}>
      <Loaded query={query} what="The next ticks could not be worked out" skeleton={<SkeletonRows rows={4} />}>
        {({ ticks, steps }) => {
          const ahead = ticks.filter((at) => Date.parse(at) > now);
          if (ahead.length === 0) {
            return (
              <EmptyState icon={CalendarOff} title="It never ticks">
                No time matches its cron expressions.
              </EmptyState>
            );
          }
          const elsewhere = ahead.some((at) => differs(new Date(at), zone));
          return (
            <>
              <ol className={styles.ticks}>
                {ahead.map((at, index) => (
                  <li key={at} className={styles.tick}>
                    <span className={cx(styles.day, sameDay(ahead[index - 1], at) && styles.same)}>
                      {dayIn(new Date(at), now)}
                    </span>
                    <span className={styles.clock}>{clockIn(new Date(at))}</span>
                    {elsewhere && <span className={styles.there}>{clockIn(new Date(at), zone)} there</span>}
                    <span className={styles.left}>
                      <Time at={at} ahead />
                    </span>
                  </li>
                ))}
              </ol>
              <p className={styles.note}>
                {elsewhere ? `In your time, and in ${zone}.` : `${zone}, where clocks show the same as yours.`}{' '}
                {steps === 0 ? 'It selects nothing that can be run now.' : `A run would have ${plural(steps, 'step')}.`}
              </p>
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

/** Whether an instant is on the day of the one before it, in the viewer's zone. */
const sameDay = (before: string | undefined, at: string): boolean =>
  before !== undefined && new Date(before).toDateString() === new Date(at).toDateString();

export function LastRun({ schedule: { name, last } }: { schedule: Schedule }) {
  const id = last?.run ?? undefined;
  const query = useQuery({ ...runQuery(id ?? ''), enabled: id !== undefined });
  return (
    <Panel
      title="Last tick"
      inside="padded"
      actions={
        <Link to="/runs" search={{ schedule: name }}>
          All its runs
        </Link>
      }
    >
      {!last && <p className="muted">It has not ticked yet.</p>}
      {last && (
        <KeyValue
          items={[
            ['Due', <Time key="due" at={last.due_at} />],
            ['Outcome', <StatusBadge key="outcome" kind="tick" state={last.outcome} />],
            ['Why', last.reason],
            ['Run', id && <RunLink key="run" run={id} />],
            ['State', query.data && <StatusBadge key="state" kind="run" state={query.data.state} />],
            [
              'Took',
              query.data?.started_at && <Duration key="took" from={query.data.started_at} to={query.data.ended_at} />,
            ],
            ['Why it ended so', query.data?.reason],
          ]}
        />
      )}
    </Panel>
  );
}

const meaning = ({ name, meaning: text }: Words) => (
  <>
    <span className={styles.term}>{name}.</span> <span className="muted">{text}</span>
  </>
);

export function Definition({ schedule }: { schedule: Schedule }) {
  const { location, crons, zone, selection, description, tags, priority, timeout } = schedule;
  return (
    <Panel title="Definition" inside="padded">
      <div className={styles.definition}>
        {description && <Markdown text={description} />}
        <KeyValue
          items={[
            [
              crons.length === 1 ? 'Cron' : 'Crons',
              crons.map((cron) => <CopyId key={cron} id={cron} what="cron" form="whole" />),
            ],
            ['Zone', zone],
            [
              'Runs',
              <Link key="runs" to="/assets" search={{ select: selection }} className="mono">
                {selection}
              </Link>,
            ],
            ['Tags', tagList(tags)],
            ['Priority', priority !== 0 && String(priority)],
            ['Longest run', timeout ? <Duration key="timeout" ms={timeout} /> : undefined],
            ['Overlap', meaning(overlapWords(schedule.overlap))],
            ['Catch-up', meaning(catchUpWords(schedule.catch_up))],
            [
              'When deployed',
              schedule.default === 'on' ? 'It is on at first.' : 'It is off until somebody switches it on.',
            ],
            [
              'Location',
              <Link key="location" to="/deployments" search={{ location }}>
                {location}
              </Link>,
            ],
          ]}
        />
      </div>
    </Panel>
  );
}
