import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CalendarClock } from 'lucide-react';
import { schedulesQuery } from '@/api/queries';
import type { Schedule } from '@/api/types';
import { ScheduleLink } from '@/ui/links';
import { Page, Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';

const COLUMNS: Column<Schedule>[] = [
  { id: 'name', head: 'Schedule', width: 'minmax(10rem, 1fr)', cell: ({ name }) => <ScheduleLink schedule={name} /> },
  {
    id: 'switch',
    head: 'Switch',
    width: '6rem',
    cell: (row) => <StatusBadge kind="switch" state={row.switch} shape="plain" />,
  },
  {
    id: 'when',
    head: 'When',
    width: 'minmax(12rem, 2fr)',
    narrow: 'hide',
    cell: ({ when }) => <span className="truncate">{when}</span>,
  },
  { id: 'next', head: 'Next', width: '8rem', cell: ({ next }) => <Time at={next[0]} /> },
];

export default function SchedulesScreen() {
  const navigate = useNavigate();
  const query = useQuery(schedulesQuery());
  return (
    <Page title="Schedules" height="fill">
      <Panel height="fill">
        <Loaded query={query}>
          {(schedules) =>
            schedules.length === 0 ? (
              <EmptyState icon={CalendarClock} title="No schedules">
                Declare a schedule beside your assets and deploy.
              </EmptyState>
            ) : (
              <Table
                label="Schedules"
                rows={schedules}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                onOpen={({ name }) => void navigate({ to: '/schedules/$schedule', params: { schedule: name } })}
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}
