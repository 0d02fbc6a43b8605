// What can be done with a schedule: switching it, and running it now.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { runScheduleCommand, switchCommand } from '@/api/commands';
import { previewQuery } from '@/api/queries';
import type { Schedule } from '@/api/types';
import { plural } from '@/lib/format';
import { Button, IconButton } from '@/ui/button';
import { CliHint, cli } from '@/ui/copy';
import { Dialog } from '@/ui/dialog';
import { KeyValue } from '@/ui/key-value';
import { RunLink } from '@/ui/links';
import { ErrorState } from '@/ui/states';
import { Tag, Tags } from '@/ui/status';
import { Switch } from '@/ui/switch';
import { toast, toastError } from '@/ui/toast';
import styles from './schedules.module.css';

type Named = Pick<Schedule, 'name' | 'switch'>;

/** Shows what was asked for until the server's answer is in the list, so that it does not jump back and forth. */
export function ScheduleSwitch({ schedule }: { schedule: Named }) {
  const [wanted, setWanted] = useState<'on' | 'off' | null>(null);
  const [seen, setSeen] = useState(schedule.switch);
  const command = useMutation(switchCommand());
  if (seen !== schedule.switch) {
    setSeen(schedule.switch);
    setWanted(null);
  }
  const change = (on: boolean) => {
    const to = on ? 'on' : 'off';
    setWanted(to);
    command.mutate(
      { schedule: schedule.name, to },
      {
        onError: (error) => {
          setWanted(null);
          toastError(`${schedule.name} could not be switched ${to}`, error);
        },
      },
    );
  };
  return (
    <Switch
      label={`Schedule ${schedule.name}`}
      on={(wanted ?? schedule.switch) === 'on'}
      onChange={change}
      pending={command.isPending}
    />
  );
}

export type RunNowProps = { schedule: Schedule; form: 'icon' | 'button' };

export function RunNow({ schedule, form }: RunNowProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {form === 'icon' ? (
        <IconButton icon={Play} label={`Run ${schedule.name} now`} size="small" onClick={() => setOpen(true)} />
      ) : (
        <Button look="primary" icon={Play} onClick={() => setOpen(true)}>
          Run now
        </Button>
      )}
      {open && <RunNowDialog schedule={schedule} onClose={() => setOpen(false)} />}
    </>
  );
}

function RunNowDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const { name, selection, tags } = schedule;
  const preview = useQuery(previewQuery(name));
  const navigate = useNavigate();
  const command = useMutation(runScheduleCommand());
  const start = () =>
    command.mutate(name, {
      onSuccess: ({ run, steps }) => {
        onClose();
        toast({ tone: 'good', title: `Run started with ${plural(steps, 'step')}`, detail: <RunLink run={run} /> });
        void navigate({ to: '/runs/$run', params: { run } });
      },
    });
  const steps = preview.data?.steps;
  const blocked = command.isPending ? 'The run is being accepted' : steps === 0 && 'It selects nothing that can be run';
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Run ${name} now`}
      description="It is no tick: the schedule goes on as it would, and its overlap policy does not count."
      size="narrow"
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button look="primary" icon={Play} onClick={start} blocked={blocked}>
            {steps === undefined ? 'Run now' : `Run ${plural(steps, 'step')}`}
          </Button>
        </>
      }
    >
      <div className={styles.dialog}>
        <KeyValue
          items={[
            ['Runs', <code key="runs">{selection}</code>],
            ['Tags', tagList(tags)],
          ]}
        />
        <CliHint command={cli('materialize', selection, ...tagWords(tags))} />
        {command.error && <ErrorState error={command.error} what="It was not started" />}
      </div>
    </Dialog>
  );
}

export function tagList(tags: Record<string, string> | undefined): ReactNode {
  const entries = Object.entries(tags ?? {});
  if (entries.length === 0) return undefined;
  return (
    <Tags>
      {entries.map(([name, value]) => (
        <Tag key={name} name={name} value={value} />
      ))}
    </Tags>
  );
}

const tagWords = (tags: Record<string, string> | undefined): string[] =>
  Object.entries(tags ?? {}).flatMap(([name, value]) => ['--tag', `${name}=${value}`]);
