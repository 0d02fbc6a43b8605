import type { Deploy } from '@/api/types';
import { CliHint, CopyId } from '@/ui/copy';
import { Dialog } from '@/ui/dialog';
import { ErrorText } from '@/ui/error-text';
import { Time } from '@/ui/time';
import styles from './deployments.module.css';

/** Everything that was wrong with a deploy. What was live before stayed live. */
export function WhyRefused({ deploy, onClose }: { deploy: Deploy; onClose: () => void }) {
  const { location, at, by, refused, snapshot } = deploy;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`A deploy of ${location} was refused`}
      description={
        <>
          <Time at={at} form="absolute" />, by {by}. What was live stayed live.
        </>
      }
    >
      <div className={styles.dialog}>
        <ErrorText text={refused ?? ''} label="Why" />
        <p>
          Snapshot <CopyId id={snapshot} what="snapshot" form="whole" />
        </p>
        <CliHint command="cargo run -- validate" />
      </div>
    </Dialog>
  );
}
