import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ListOrdered, OctagonX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { cancelCommand } from '@/api/commands';
import { runsQuery } from '@/api/queries';
import type { Queue, Run } from '@/api/types';
import { useParts } from '@/lib/parts';
import { IconButton } from '@/ui/button';
import { Confirm } from '@/ui/dialog';
import { RunLink, TriggerMark } from '@/ui/links';
import { Panel } from '@/ui/page';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/table';
import { Duration } from '@/ui/time';
import { toastError } from '@/ui/toast';
import { TWO_LINES, TwoLines } from '@/ui/two-lines';
import styles from './queue.module.css';

type Row = { place: number; id: string; why: string; run: Run | undefined };

const columns = (stop: (row: Row) => void): Column<Row>[] => [
  { id: 'place', head: '#', width: '3.25rem', align: 'end', cell: ({ place }) => place },
  { id: 'run', head: 'Run', width: '7.5rem', cell: ({ id }) => <RunLink run={id} /> },
  {
    id: 'what',
    head: 'What',
    width: 'minmax(9rem, 1.2fr)',
    narrow: 'hide',
    cell: ({ run }) =>
      run && (
        <TwoLines
          first={<span className="mono">{run.selection}</span>}
          second={<TriggerMark trigger={run.trigger} />}
        />
      ),
  },
  {
    id: 'why',
    head: 'Why it waits',
    width: 'minmax(10rem, 2fr)',
    cell: ({ why }) => (
      <span className={styles.why} title={why}>
        {why}
      </span>
    ),
  },
  {
    id: 'priority',
    head: 'Priority',
    width: '5rem',
    align: 'end',
    narrow: 'hide',
    cell: ({ run }) => run?.priority ?? '–',
  },
  {
    id: 'since',
    head: 'Waiting',
    width: '7rem',
    align: 'end',
    narrow: 'hide',
    cell: ({ run }) => run && <Duration from={run.created_at} to={run.started_at} />,
  },
  {
    id: 'stop',
    head: <span className="sr-only">Cancel</span>,
    width: '3.25rem',
    cell: (row) => <IconButton icon={OctagonX} size="small" label={`Cancel run ${row.id}`} onClick={() => stop(row)} />,
  },
];

export function QueuedRuns({ queue }: { queue: Queue }) {
  const waiting = useParts(useInfiniteQuery(runsQuery({ state: ['queued'] }, 200)));
  const [stopping, setStopping] = useState<Row | null>(null);
  const navigate = useNavigate();
  const rows = useMemo<Row[]>(() => {
    const known = new Map(waiting.rows.map((run) => [run.id, run]));
    return queue.runs.map(({ run, why }, at) => ({ place: at + 1, id: run, why, run: known.get(run) }));
  }, [queue.runs, waiting.rows]);
  return (
    <div className={styles.part}>
      <Panel title="Runs that wait for their turn" height="fill">
        {rows.length === 0 ? (
          <EmptyState icon={ListOrdered} title="No run waits">
            Every run that was asked for has started. Runs wait here when a limit on runs is reached, in the order in
            which they will start: a higher priority first, then the older one.
          </EmptyState>
        ) : (
          <Table
            label="Runs that wait"
            rows={rows}
            columns={columns(setStopping)}
            rowKey={({ id }) => id}
            rowHeight={TWO_LINES}
            onOpen={({ id }) => void navigate({ to: '/runs/$run', params: { run: id } })}
            onEnd={waiting.more}
          />
        )}
      </Panel>
      {stopping && <Stop row={stopping} onClose={() => setStopping(null)} />}
    </div>
  );
}

function Stop({ row, onClose }: { row: Row; onClose: () => void }) {
  const command = useMutation({
    ...cancelCommand(),
    onSuccess: onClose,
    onError: (error) => {
      onClose();
      toastError('The run was not canceled', error);
    },
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title="Cancel this run?"
      action="Cancel the run"
      pending={command.isPending}
      onConfirm={() => command.mutate(row.id)}
    >
      Run <code>{row.id}</code> has not started, so nothing that it makes is left half done. It can be started again
      with “Retry” on its page.
    </Confirm>
  );
}
