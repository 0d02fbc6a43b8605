import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import type { Worker } from '@/api/types';
import { plural } from '@/lib/format';
import { IconButton } from '@/ui/button';
import { CopyId } from '@/ui/copy';
import { KeyValue } from '@/ui/key-value';
import { RunLink } from '@/ui/links';
import { Meter } from '@/ui/meter';
import { Panel } from '@/ui/page';
import { StatusBadge, Tag, Tags } from '@/ui/status';
import { Duration, Time } from '@/ui/time';
import { isThere, stateMeaning } from './fleet';
import { Code, Heard, Version } from './marks';
import styles from './workers.module.css';

/** A worker in a panel of its own, beside the list. */
export function WorkerPanel({ worker, onClose }: { worker: Worker; onClose: () => void }) {
  return (
    <Panel
      title={worker.name}
      height="fill"
      actions={<IconButton icon={X} size="small" label="Close" onClick={onClose} />}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard. */}
      <section className={styles.scroll} tabIndex={0} aria-label={`Worker ${worker.name}`}>
        <WorkerDetail worker={worker} />
      </section>
    </Panel>
  );
}

export function WorkerDetail({ worker }: { worker: Worker }) {
  const tags = Object.entries(worker.tags ?? {});
  return (
    <div className={styles.detail}>
      <p className={styles.meaning}>
        <StatusBadge kind="worker" state={worker.state} /> <span className="muted">{stateMeaning(worker.state)}</span>
      </p>
      {isThere(worker) && <Held worker={worker} />}
      <KeyValue
        items={[
          ['Since', <Time key="since" at={worker.changed_at} />],
          ['Last heard', isThere(worker) && <Heard key="heard" worker={worker} />],
          ['Id', <CopyId key="id" id={worker.id} what="worker id" form="whole" />],
          ['Host', <CopyId key="host" id={worker.host} what="host" form="whole" />],
          ['Process', <CopyId key="pid" id={String(worker.pid)} what="process id" form="whole" />],
          [
            'Location',
            <Link key="location" to="/deployments" search={{ location: worker.location }}>
              {worker.location}
            </Link>,
          ],
          ['Definitions', <Code key="code" worker={worker} />],
          ['Snapshot', <CopyId key="snapshot" id={worker.snapshot} what="snapshot" />],
          ['Version', <Version key="version" worker={worker} />],
          [
            'Tags',
            tags.length > 0 && (
              <Tags key="tags">
                {tags.map(([name, value]) => (
                  <Tag key={name} name={name} value={value} />
                ))}
              </Tags>
            ),
          ],
          ['Joined', <Time key="joined" at={worker.joined_at} form="absolute" />],
        ]}
      />
    </div>
  );
}

/** What it runs. */
function Held({ worker: { running, slots, steps = [] } }: { worker: Worker }) {
  if (running === undefined || running === null) {
    return <p className="muted">What it runs is known only to the leader, which does not answer now.</p>;
  }
  return (
    <section className={styles.held} aria-label="What it runs">
      <div className={styles.heldHead}>
        <h3>{running === 0 ? 'It runs nothing now' : `Runs ${plural(running, 'step')}`}</h3>
        <Meter used={running} limit={slots} />
      </div>
      {steps.length > 0 && (
        <ul>
          {steps.map(({ run, step, name, since }) => (
            <li key={`${run} ${step}`} className={styles.step}>
              <Link to="/runs/$run" params={{ run }} search={{ tab: 'steps', step }} className="truncate" title={name}>
                {name}
              </Link>
              <RunLink run={run} />
              <span className={styles.took}>
                <Duration from={since} to={undefined} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {running > steps.length && <p className="muted">and {plural(running - steps.length, 'more', 'more')}</p>}
    </section>
  );
}
