import { useMutation } from '@tanstack/react-query';
import { OctagonX, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { cancelCommand, retryCommand } from '@/api/commands';
import type { Run } from '@/api/types';
import { plural } from '@/lib/format';
import { Button } from '@/ui/button';
import { ChosenBar } from '@/ui/chosen-bar';
import { Confirm } from '@/ui/dialog';
import { toast, toastError } from '@/ui/toast';
import { isActive, isRetryable } from './filters';

/** Carries out a command for each run, and says once how all of them went. */
async function forAll(runs: readonly Run[], done: string, command: (run: Run) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(runs.map(command));
  const refused = results.filter((result) => result.status === 'rejected');
  const accepted = results.length - refused.length;
  if (accepted > 0) toast({ tone: 'good', title: `${plural(accepted, 'run')} ${done}` });
  if (refused[0]) toastError(`${plural(refused.length, 'run')} refused it`, refused[0].reason);
}

/** What can be done with the runs that are chosen. */
export function ChosenRuns({ runs, onClear }: { runs: Run[]; onClear: () => void }) {
  const [asking, setAsking] = useState(false);
  const cancel = useMutation(cancelCommand());
  const retry = useMutation(retryCommand());
  const active = runs.filter(isActive);
  const retryable = runs.filter(isRetryable);
  return (
    <ChosenBar count={runs.length} what="run" onClear={onClear}>
      <Button
        icon={RotateCcw}
        blocked={retryable.length === 0 && 'None of them failed or was canceled'}
        onClick={() =>
          void forAll(retryable, 'retried from failure', ({ id }) =>
            retry.mutateAsync({ run: id, scope: 'from_failure' }),
          ).then(onClear)
        }
      >
        Retry {retryable.length || ''} from failure
      </Button>
      <Button
        look="danger"
        icon={OctagonX}
        blocked={active.length === 0 && 'None of them is in progress'}
        onClick={() => setAsking(true)}
      >
        Cancel {active.length || ''}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Cancel ${plural(active.length, 'run')}?`}
        action={`Cancel ${plural(active.length, 'run')}`}
        onConfirm={() => {
          setAsking(false);
          void forAll(active, 'told to stop', ({ id }) => cancel.mutateAsync(id)).then(onClear);
        }}
      >
        Their steps are stopped. What is already made stays, and each can be retried from where it stopped.
      </Confirm>
    </ChosenBar>
  );
}
