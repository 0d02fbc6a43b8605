import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { runQuery, stepsQuery } from '@/api/queries';
import type { Step } from '@/api/types';
import { shortId } from '@/lib/format';
import { Page, Panel } from '@/ui/page';
import { Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Duration } from '@/ui/time';

const route = getRouteApi('/runs/$run');

const COLUMNS: Column<Step>[] = [
  {
    id: 'name',
    head: 'Step',
    width: 'minmax(12rem, 3fr)',
    cell: ({ name }) => <span className="truncate">{name}</span>,
  },
  {
    id: 'state',
    head: 'State',
    width: '9rem',
    cell: ({ state }) => <StatusBadge kind="step" state={state} shape="plain" />,
  },
  {
    id: 'ms',
    head: 'Duration',
    width: '7rem',
    align: 'end',
    cell: (step) => <Duration from={step.started_at} to={step.ended_at} />,
  },
];

export default function RunScreen() {
  const { run: id } = route.useParams();
  const run = useQuery(runQuery(id));
  const steps = useQuery(stepsQuery(id));
  return (
    <Page
      title={`Run ${shortId(id)}`}
      above={<Link to="/runs">Runs</Link>}
      actions={run.data && <StatusBadge kind="run" state={run.data.state} />}
      height="fill"
    >
      <Panel title="Steps" height="fill">
        <Loaded query={steps} what="The run could not be loaded">
          {(rows) => <Table label="Steps" rows={rows} columns={COLUMNS} rowKey={({ no }) => String(no)} />}
        </Loaded>
      </Panel>
    </Page>
  );
}
