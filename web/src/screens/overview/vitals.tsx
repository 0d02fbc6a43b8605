import { Link } from '@tanstack/react-router';
import {
  AlarmClock,
  BellRing,
  Boxes,
  CircleCheck,
  CircleX,
  Hourglass,
  Loader,
  type LucideIcon,
  TriangleAlert,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { MOST_INCIDENTS } from '@/api/limits';
import type { Overview } from '@/api/types';
import { cx } from '@/lib/class';
import { capped, number, plural } from '@/lib/format';
import styles from './overview.module.css';

type Tone = 'plain' | 'bad' | 'late' | 'busy' | 'good';

type VitalProps = { icon: LucideIcon; name: string; figure: number | string; note: ReactNode; tone?: Tone };

/** The figures that say at a glance whether anything is wrong. Each leads to what it counts. */
export function Vitals({ overview: { assets, checks, runs, open_incidents: incidents } }: { overview: Overview }) {
  const checked = checks.passed + checks.warned + checks.failed;
  return (
    <section className={styles.vitals} aria-label="At a glance">
      <Link to="/assets" search={{ state: ['failed'] }} className={cx(styles.vital, assets.failed > 0 && styles.bad)}>
        <Vital
          icon={assets.failed > 0 ? CircleX : CircleCheck}
          name="Failing"
          figure={assets.failed}
          note={`of ${plural(assets.total, 'asset')}`}
        />
      </Link>
      <Link to="/assets" search={{ state: ['late'] }} className={cx(styles.vital, assets.late > 0 && styles.late)}>
        <Vital icon={AlarmClock} name="Late" figure={assets.late} note={`${number(assets.stale)} stale`} />
      </Link>
      <Link
        to="/assets"
        search={{ check: ['failed', 'warned'] }}
        className={cx(styles.vital, checks.failed > 0 && styles.bad)}
      >
        <Vital
          icon={TriangleAlert}
          name="Failed checks"
          figure={checks.failed}
          note={`${plural(checks.warned, 'warning')}, ${number(checked)} checked`}
        />
      </Link>
      <Link to="/alerts" search={{ state: 'open' }} className={cx(styles.vital, incidents > 0 && styles.bad)}>
        <Vital
          icon={BellRing}
          name="Open incidents"
          figure={capped(incidents, MOST_INCIDENTS)}
          note={incidents > 0 ? 'want an answer' : 'none open'}
        />
      </Link>
      <Link
        to="/runs"
        search={{ state: ['running', 'canceling'] }}
        className={cx(styles.vital, runs.running > 0 && styles.busy)}
      >
        <Vital
          icon={Loader}
          name="Running"
          figure={runs.running + runs.canceling}
          note={`${plural(assets.in_progress, 'asset')} in progress`}
        />
      </Link>
      <Link to="/queue" className={styles.vital}>
        <Vital
          icon={Hourglass}
          name="Queued"
          figure={runs.queued}
          note={runs.queued > 0 ? 'see why' : 'nothing waits'}
        />
      </Link>
      <Link to="/assets" className={styles.vital}>
        <Vital icon={Boxes} name="Materialized" figure={assets.present} note={`${number(assets.missing)} never`} />
      </Link>
    </section>
  );
}

function Vital({ icon: Icon, name, figure, note }: VitalProps) {
  return (
    <>
      <span className={styles.name}>
        <Icon size={14} aria-hidden />
        {name}
      </span>
      <span className={styles.figure}>{typeof figure === 'number' ? number(figure) : figure}</span>
      <span className={styles.note}>{note}</span>
    </>
  );
}
