import { Link } from '@tanstack/react-router';
import { BellRing, CircleCheck, Eye, type LucideIcon, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import type { IncidentDetail } from '@/api/types';
import { cx } from '@/lib/class';
import { CopyId } from '@/ui/copy';
import { KeyValue } from '@/ui/key-value';
import { Panel } from '@/ui/page';
import { Tag, Tags } from '@/ui/status';
import { Duration, Time } from '@/ui/time';
import { course, type Moment } from './course';
import styles from './incident.module.css';

const ICONS: Record<Moment['kind'], LucideIcon> = {
  opened: BellRing,
  repeated: RotateCw,
  acknowledged: Eye,
  muted: BellRing,
  resolved: CircleCheck,
};

export function Course({ incident }: { incident: IncidentDetail }) {
  return (
    <Panel title="How it went" inside="padded">
      <ol className={styles.course}>
        {course(incident).map(({ at, what, kind }) => {
          const Icon = ICONS[kind];
          return (
            <li key={kind} className={styles.moment}>
              <span className={cx(styles.dot, styles[kind])}>
                <Icon size={13} aria-hidden />
              </span>
              <span>
                {what}
                <span className={styles.at}>
                  <Time at={at} form="absolute" /> (<Time at={at} />)
                </span>
              </span>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

export function People({ incident }: { incident: IncidentDetail }) {
  const { id, owners, policies, channels, opened_at, resolved_at, count, muted_until, acknowledged_by } = incident;
  return (
    <Panel title="Who and since when" inside="padded">
      <KeyValue
        items={[
          [
            'Owners',
            owners.length > 0 ? (
              names(owners)
            ) : (
              <span key="none" className="muted">
                Nobody is named
              </span>
            ),
          ],
          [
            'Taken by',
            acknowledged_by ?? (
              <span key="none" className="muted">
                Nobody yet
              </span>
            ),
          ],
          [
            'Told',
            channels.length > 0 ? (
              names(channels)
            ) : (
              <span key="none" className="muted">
                No channel yet
              </span>
            ),
          ],
          [
            'Watched by',
            <Tags key="policies">
              {policies.map((policy) => (
                <Link key={policy} to="/alerts" search={{ tab: 'policies', q: policy }}>
                  <Tag value={policy} />
                </Link>
              ))}
            </Tags>,
          ],
          ['Muted until', muted_until && <Time key="muted" at={muted_until} form="absolute" />],
          [resolved_at ? 'Lasted' : 'Lasts for', <Duration key="for" from={opened_at} to={resolved_at} />],
          ['Happened', count === 1 ? 'once' : `${count} times`],
          ['Id', <CopyId key="id" id={id} what="incident id" form="whole" />],
        ]}
      />
    </Panel>
  );
}

const names = (all: string[]): ReactNode => (
  <Tags>
    {all.map((name) => (
      <Tag key={name} value={name} />
    ))}
  </Tags>
);
