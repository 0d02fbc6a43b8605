import { Link } from '@tanstack/react-router';
import { Boxes, CalendarClock, CircleCheck, CircleX, History, type LucideIcon, Rocket } from 'lucide-react';
import type { ReactNode } from 'react';
import { MOST_RUNS } from '@/api/limits';
import type { NextTick, Overview } from '@/api/types';
import { number } from '@/lib/format';
import { clock } from '@/lib/time';
import { ScheduleLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { StatusBadge } from '@/ui/status';
import { Time } from '@/ui/time';
import styles from './overview.module.css';

/** What changed today. */
export function Today({ today }: { today: Overview['today'] }) {
  const { since } = today;
  // The others are of those that are counted, so with a limit that is reached they all may be more.
  const capped = today.runs >= MOST_RUNS;
  return (
    <Panel title={`Since ${clock(new Date(since))} today`}>
      <ul className={styles.facts}>
        <Fact icon={Boxes} name="Assets that were updated" value={today.updated_assets} />
        <Fact
          icon={History}
          name={
            <Link to="/runs" search={{ since }}>
              Runs
            </Link>
          }
          value={today.runs}
          atLeast={capped}
        />
        <Fact
          icon={CircleCheck}
          name={
            <Link to="/runs" search={{ state: ['succeeded'], since }}>
              Runs that succeeded
            </Link>
          }
          value={today.succeeded}
          atLeast={capped}
        />
        <Fact
          icon={CircleX}
          name={
            <Link to="/runs" search={{ state: ['failed'], since }}>
              Runs that failed
            </Link>
          }
          value={today.failed}
          atLeast={capped}
          wrong
        />
        {today.deploys.slice(0, 3).map((deploy) => (
          <li key={deploy.seq}>
            <span>
              <Rocket size={14} aria-hidden />
              <Link to="/deployments" search={{ location: deploy.location }} className="truncate">
                {deploy.location}
              </Link>
              {deploy.refused ? <StatusBadge kind="deploy" state="refused" shape="plain" /> : 'deployed'}
            </span>
            <Time at={deploy.at} />
          </li>
        ))}
        {today.deploys.length > 3 && (
          <li>
            <Link to="/deployments">{number(today.deploys.length - 3)} more deploys</Link>
          </li>
        )}
      </ul>
    </Panel>
  );
}

type FactProps = { icon: LucideIcon; name: ReactNode; value: number; atLeast?: boolean; wrong?: true };

function Fact({ icon: Icon, name, value, atLeast, wrong }: FactProps) {
  return (
    <li>
      <span>
        <Icon size={14} aria-hidden />
        {name}
      </span>
      <b className={wrong && value > 0 ? styles.wrong : undefined}>
        {number(value)}
        {atLeast && <span title="Not all are counted">+</span>}
      </b>
    </li>
  );
}

const SHOWN = 8;

/** The next tick of each schedule: one that ticks every minute would hide all others. */
const firstOfEach = (next: NextTick[]): NextTick[] =>
  next.filter(({ schedule }, index) => next.findIndex((each) => each.schedule === schedule) === index).slice(0, SHOWN);

/** What starts by itself next. */
export function Next({ next }: { next: NextTick[] }) {
  return (
    <Panel title="Next" actions={<Link to="/schedules">Schedules</Link>}>
      {next.length === 0 ? (
        <p className={`${styles.calm} muted`}>No schedule is on. What is started by hand or from outside still runs.</p>
      ) : (
        <ul className={styles.facts}>
          {firstOfEach(next).map(({ schedule, at }) => (
            <li key={schedule}>
              <span>
                <CalendarClock size={14} aria-hidden />
                <ScheduleLink schedule={schedule} />
              </span>
              <Time at={at} ahead />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
