// What people do about incidents and policies.
import { useMutation } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { acknowledgeCommand, muteIncidentCommand, mutePolicyCommand } from '@/api/commands';
import type { AlertPolicy, Incident } from '@/api/types';
import { absolute } from '@/lib/time';
import { Button, type ButtonSize } from '@/ui/button';
import { MuteMenu } from '@/ui/mute-menu';
import { toast, toastError } from '@/ui/toast';

type IncidentProps = { incident: Incident; size?: ButtonSize };

/** Takes an incident: its repeats are no longer told. */
export function Acknowledge({ incident: { id, state, acknowledged_by }, size }: IncidentProps) {
  const command = useMutation({
    ...acknowledgeCommand(),
    onError: (error) => toastError('The incident was not taken', error),
  });
  const blocked =
    state === 'resolved'
      ? 'It is over'
      : state === 'acknowledged'
        ? `${acknowledged_by ?? 'Somebody'} has taken it`
        : (command.isPending || command.isSuccess) && 'It is being taken';
  return (
    <Button
      icon={Eye}
      size={size}
      look={size === 'small' ? 'plain' : 'primary'}
      blocked={blocked}
      onClick={() => command.mutate(id)}
    >
      Acknowledge
    </Button>
  );
}

/** Says until when something is silent now, since the menu that did it has closed. */
const said = (what: string, until: string | null) =>
  toast({
    tone: 'good',
    title: until ? `${what} is silent` : `${what} speaks again`,
    detail: until ? `Until ${absolute(new Date(until))}. It is recorded all the same.` : undefined,
  });

export function MuteIncident({ incident: { id, muted_until }, size }: IncidentProps) {
  const command = useMutation({
    ...muteIncidentCommand(),
    onSuccess: (_, { until }) => said('The incident', until),
    onError: (error) => toastError('The incident was not silenced', error),
  });
  return (
    <MuteMenu
      what="this incident"
      size={size}
      mutedUntil={muted_until}
      pending={command.isPending}
      onMute={(until) => command.mutate({ incident: id, until })}
    />
  );
}

export function MutePolicy({ policy: { name, muted_until } }: { policy: AlertPolicy }) {
  const command = useMutation({
    ...mutePolicyCommand(),
    onSuccess: (_, { until }) => said(`Policy ${name}`, until),
    onError: (error) => toastError(`Policy ${name} was not silenced`, error),
  });
  return (
    <MuteMenu
      what={`policy ${name}`}
      size="small"
      mutedUntil={muted_until}
      pending={command.isPending}
      onMute={(until) => command.mutate({ policy: name, until })}
    />
  );
}
