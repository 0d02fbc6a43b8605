import { Link, useNavigate } from '@tanstack/react-router';
import type { GroupSummary } from '@/api/types';
import type { StateOf } from '@/design/states';
import { number } from '@/lib/format';
import { Panel } from '@/ui/page';
import { StateBar } from '@/ui/state-bar';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';

/** A number where it says something, and nothing where it is zero. */
const count = (state: StateOf<'asset'>, value: number) =>
  value > 0 && (
    <StatusBadge kind="asset" state={state} shape="plain">
      {number(value)}
      <span className="sr-only"> {state.replace('_', ' ')}</span>
    </StatusBadge>
  );

const COLUMNS: Column<GroupSummary>[] = [
  {
    id: 'group',
    head: 'Group',
    width: 'minmax(5rem, 1fr)',
    cell: ({ group }) => (
      <Link to="/assets" search={{ group: [group] }} className="truncate">
        {group}
      </Link>
    ),
  },
  { id: 'states', head: 'States', width: 'minmax(3.5rem, 2fr)', cell: ({ counts }) => <StateBar counts={counts} /> },
  { id: 'total', head: 'Assets', width: '4rem', align: 'end', cell: ({ counts }) => number(counts.total) },
  {
    id: 'failed',
    head: 'Failing',
    width: '4rem',
    align: 'end',
    cell: ({ counts }) => count('failed', counts.failed),
  },
  {
    id: 'checks',
    head: 'Checks',
    width: '5.5rem',
    align: 'end',
    cell: ({ counts }) => (
      <>
        {count('check_failed', counts.failed_checks)}
        {count('check_warned', counts.warned_checks)}
      </>
    ),
  },
  {
    id: 'busy',
    head: 'Running',
    width: '4.5rem',
    align: 'end',
    narrow: 'hide',
    cell: ({ counts }) => count('in_progress', counts.in_progress),
  },
  {
    id: 'stale',
    head: 'Stale',
    width: '4rem',
    align: 'end',
    narrow: 'hide',
    cell: ({ counts }) => count('stale', counts.stale),
  },
  {
    id: 'late',
    head: 'Late',
    width: '4rem',
    align: 'end',
    narrow: 'hide',
    cell: ({ counts }) => count('late', counts.late),
  },
];

export function Groups({ groups }: { groups: GroupSummary[] }) {
  const navigate = useNavigate();
  return (
    <Panel title="Groups">
      <Table
        label="Groups"
        height="content"
        rows={groups}
        columns={COLUMNS}
        rowKey={({ group }) => group}
        onOpen={({ group }) => void navigate({ to: '/lineage', search: { select: `group:"${group}"` } })}
      />
    </Panel>
  );
}
