import { Link } from '@tanstack/react-router';
import { GitBranch } from 'lucide-react';
import type { Run } from '@/api/types';
import { number } from '@/lib/format';
import { RunLink, TriggerMark } from '@/ui/links';
import { StatusBadge, Tag } from '@/ui/status';
import type { Column } from '@/ui/table';
import { Duration, Time } from '@/ui/time';
import { Beside, TwoLines } from '@/ui/two-lines';
import type { ChainMark } from './filters';
import styles from './runs.module.css';

const CHAIN_WORDS = { retry: 'A retry; show its chain', retried: 'It was retried; show its chain' };

function Chain({ run, mark }: { run: Run; mark: ChainMark }) {
  if (!mark) return null;
  return (
    <Link to="/runs" search={{ root: run.root }} className={styles.chain} title={CHAIN_WORDS[mark]}>
      <GitBranch size={13} aria-label={CHAIN_WORDS[mark]} />
    </Link>
  );
}

const tagText = ([name, value]: [string, string]): string => (value ? `${name}=${value}` : name);

const Took = ({ run }: { run: Run }) => <Duration from={run.started_at} to={run.ended_at} />;

const Waited = ({ run }: { run: Run }) =>
  run.started_at || !run.ended_at ? <Duration from={run.created_at} to={run.started_at} /> : <>–</>;

export const wide = (markOf: (run: Run) => ChainMark): Column<Run>[] => [
  {
    id: 'state',
    head: 'State',
    width: '8rem',
    cell: ({ state, reason }) => (
      <span className={styles.state} title={reason ?? undefined}>
        <StatusBadge kind="run" state={state} shape="plain" />
      </span>
    ),
  },
  {
    id: 'id',
    head: 'Run',
    width: '8.75rem',
    cell: (run) => (
      <>
        <RunLink run={run.id} />
        <Chain run={run} mark={markOf(run)} />
      </>
    ),
  },
  {
    id: 'what',
    head: 'What',
    width: 'minmax(10rem, 2.2fr)',
    cell: ({ selection, partition }) => (
      <span className="mono truncate" title={selection}>
        {selection}
        {partition && <span className="muted"> · {partition}</span>}
      </span>
    ),
  },
  {
    id: 'tags',
    head: 'Tags',
    width: 'minmax(6rem, 1.2fr)',
    cell: ({ tags = {} }) => (
      <span className={styles.tags} title={Object.entries(tags).map(tagText).join(', ')}>
        {Object.entries(tags).map(([name, value]) => (
          <Link key={name} to="/runs" search={{ tag: tagText([name, value]) }}>
            <Tag name={name} value={value} />
          </Link>
        ))}
      </span>
    ),
  },
  {
    id: 'trigger',
    head: 'Started by',
    width: 'minmax(9rem, 1.3fr)',
    cell: ({ trigger }) => <TriggerMark trigger={trigger} />,
  },
  { id: 'steps', head: 'Steps', width: '4.5rem', align: 'end', cell: ({ steps }) => number(steps) },
  { id: 'at', head: 'Accepted', width: '7rem', cell: ({ created_at }) => <Time at={created_at} /> },
  {
    id: 'waited',
    head: 'Waited',
    width: '5.5rem',
    align: 'end',
    cell: (run) => (
      <span className="muted">
        <Waited run={run} />
      </span>
    ),
  },
  { id: 'took', head: 'Took', width: '6.5rem', align: 'end', cell: (run) => <Took run={run} /> },
];

/** On a phone: what and who on two lines, how and how long beside them. */
export const narrow = (markOf: (run: Run) => ChainMark): Column<Run>[] => [
  {
    id: 'what',
    head: 'Run',
    width: 'minmax(0, 1fr)',
    cell: (run) => (
      <TwoLines
        first={<span className="mono">{run.selection}</span>}
        second={
          <Beside>
            <RunLink run={run.id} />
            <Chain run={run} mark={markOf(run)} />
            <Time at={run.created_at} />
          </Beside>
        }
      />
    ),
  },
  {
    id: 'state',
    head: 'State',
    width: '7rem',
    cell: (run) => (
      <TwoLines first={<StatusBadge kind="run" state={run.state} shape="plain" />} second={<Took run={run} />} />
    ),
  },
];
