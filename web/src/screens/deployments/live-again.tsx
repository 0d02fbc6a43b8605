// Going back: the manifest of an old snapshot is deployed once more.
import { useMutation, useQuery } from '@tanstack/react-query';
import { deployCommand } from '@/api/commands';
import { ApiError } from '@/api/problem';
import { snapshotQuery, workersQuery } from '@/api/queries';
import type { Deploy } from '@/api/types';
import { plural, shortId } from '@/lib/format';
import { Confirm } from '@/ui/dialog';
import { ErrorState } from '@/ui/states';
import { toast, toastError } from '@/ui/toast';

export function LiveAgain({ deploy, onClose }: { deploy: Deploy; onClose: () => void }) {
  const { snapshot, location } = deploy;
  const manifest = useQuery(snapshotQuery(snapshot));
  const workers = useQuery(workersQuery());
  const command = useMutation({
    ...deployCommand(),
    onSuccess: ({ assets }) => {
      onClose();
      toast({ tone: 'good', title: `${location} is ${shortId(snapshot)} again`, detail: plural(assets, 'asset') });
    },
    onError: (error) => {
      onClose();
      toastError('The snapshot was not made live', error);
    },
  });
  const able = workers.data?.filter((worker) => worker.snapshot === snapshot && worker.state === 'active').length;
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Make ${shortId(snapshot)} live again?`}
      action="Make it live"
      look="primary"
      pending={command.isPending || manifest.data === undefined}
      onConfirm={() => manifest.data && command.mutate(manifest.data)}
    >
      The definitions of {location} are those of this snapshot from now on: its assets, schedules, checks and alerts.
      Runs that are in progress keep the ones that they started with. {able === undefined ? '' : codeWords(able)}
      {manifest.error instanceof ApiError && (
        <ErrorState error={manifest.error} what="The snapshot could not be read" />
      )}
    </Confirm>
  );
}

const codeWords = (able: number): string =>
  able === 0
    ? 'No active worker was built from it: steps of the same name run with the code that there is, and others wait.'
    : `${plural(able, 'active worker was', 'active workers were')} built from it.`;
