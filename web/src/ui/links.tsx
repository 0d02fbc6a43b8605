// Links to the things that every screen names.
import { Link } from '@tanstack/react-router';
import { Bot, CalendarClock, RotateCcw, User } from 'lucide-react';
import type { Trigger } from '@/api/types';
import { cx } from '@/lib/class';
import { shortId, splitKey } from '@/lib/format';
import styles from './links.module.css';

export function AssetLink({ assetKey }: { assetKey: string }) {
  const { path, name } = splitKey(assetKey);
  return (
    <Link to="/assets/$" params={{ _splat: assetKey }} className={styles.asset} title={assetKey}>
      <span className={styles.path}>{path}</span>
      {name}
    </Link>
  );
}

export function RunLink({ run }: { run: string }) {
  return (
    <Link to="/runs/$run" params={{ run }} className={cx('mono', styles.id)} title={run}>
      {shortId(run)}
    </Link>
  );
}

export function ScheduleLink({ schedule }: { schedule: string }) {
  return (
    <Link to="/schedules/$schedule" params={{ schedule }} className="truncate">
      {schedule}
    </Link>
  );
}

/** Who or what started a run. */
export function TriggerMark({ trigger }: { trigger: Trigger }) {
  if (trigger.kind === 'schedule') {
    return (
      <span className={styles.trigger}>
        <CalendarClock size={14} aria-label="Schedule" />
        <ScheduleLink schedule={trigger.name} />
      </span>
    );
  }
  if (trigger.kind === 'retry') {
    return (
      <span className={styles.trigger}>
        <RotateCcw size={14} aria-label="Retry" />
        <span className="truncate">
          {trigger.by} of <RunLink run={trigger.of} />
        </span>
      </span>
    );
  }
  const Icon = trigger.by.startsWith('worker') ? Bot : User;
  return (
    <span className={styles.trigger}>
      <Icon size={14} aria-label="Person" />
      <span className="truncate">{trigger.by}</span>
    </span>
  );
}
