// What the run was asked for, and the definitions that it is pinned to: a deploy in the meantime changes nothing of it.
import { Link } from '@tanstack/react-router';
import type { RunDetail } from '@/api/types';
import { duration } from '@/lib/time';
import { CopyId } from '@/ui/copy';
import { Json } from '@/ui/json';
import { KeyValue } from '@/ui/key-value';
import { RunLink, TriggerMark } from '@/ui/links';
import { Panel } from '@/ui/page';
import { Tag, Tags } from '@/ui/status';
import { Time } from '@/ui/time';
import styles from './run.module.css';

export function Plan({ run }: { run: RunDetail }) {
  const { config = {}, tags = {} } = run;
  return (
    <div className={styles.columns}>
      <Panel title="What was asked for" inside="padded">
        <KeyValue
          items={[
            ['Selection', <CopyId key="selection" id={run.selection} what="selection" form="whole" />],
            ['Partition', run.partition],
            ['Started by', <TriggerMark key="trigger" trigger={run.trigger} />],
            ['Due', run.trigger.kind === 'schedule' && <Time key="due" at={run.trigger.due_at} form="absolute" />],
            ['Accepted', <Time key="at" at={run.created_at} form="absolute" />],
            ['Priority', run.priority ?? 0],
            ['Time limit', run.timeout ? duration(run.timeout) : 'none'],
            [
              'Tags',
              Object.keys(tags).length > 0 && (
                <Tags key="tags">
                  {Object.entries(tags).map(([name, value]) => (
                    <Tag key={name} name={name} value={value} />
                  ))}
                </Tags>
              ),
            ],
            ['Run', <CopyId key="id" id={run.id} what="run id" form="whole" />],
            ['First of its chain', run.root !== run.id && <RunLink key="root" run={run.root} />],
          ]}
        />
      </Panel>
      <Panel title="What it is pinned to" inside="padded">
        <div className={styles.stack}>
          <KeyValue
            items={[
              ['Snapshot', <CopyId key="snapshot" id={run.snapshot} what="snapshot" form="whole" />],
              ['Steps', run.steps],
            ]}
          />
          <p className="muted">
            The run uses these definitions to its end, whatever is deployed in the meantime.{' '}
            <Link to="/deployments" search={{ now: run.snapshot }}>
              See what changed since
            </Link>
          </p>
        </div>
      </Panel>
      <Panel title="Config" inside="padded">
        {Object.keys(config).length === 0 ? (
          <p className="muted">None was given: every step ran with its defaults.</p>
        ) : (
          <Json value={config} label="Config by step" />
        )}
      </Panel>
    </div>
  );
}
