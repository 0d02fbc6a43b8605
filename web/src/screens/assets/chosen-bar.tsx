import { Play, Workflow, X } from 'lucide-react';
import { useState } from 'react';
import { plural } from '@/lib/format';
import { Button, ButtonLink } from '@/ui/button';
import { MaterializeDialog, selectionOf } from '@/ui/materialize-dialog';
import styles from './assets.module.css';

export type ChosenBarProps = {
  keys: ReadonlySet<string>;
  /** The selection that names exactly the rows that are shown, where there is one. */
  shown: { count: number; selection: string | undefined };
  onClear: () => void;
};

/** More keys than this make an address that servers refuse. */
const MOST_KEYS = 100;

/** What can be done with the rows that are chosen. */
export function ChosenBar({ keys, shown, onClear }: ChosenBarProps) {
  const [launching, setLaunching] = useState(false);
  const all = keys.size === shown.count && shown.selection !== undefined;
  const selection = all ? (shown.selection ?? '') : selectionOf([...keys]);
  const blocked = !all && keys.size > MOST_KEYS && `Choose at most ${MOST_KEYS}, or name them with a selection above`;
  return (
    <section className={styles.bar} aria-label="Chosen assets">
      <span className={styles.count}>{plural(keys.size, 'asset')} chosen</span>
      <Button look="primary" icon={Play} blocked={blocked} onClick={() => setLaunching(true)}>
        Materialize
      </Button>
      {!blocked && (
        <ButtonLink icon={Workflow} to="/lineage" search={{ select: selection }}>
          Show in lineage
        </ButtonLink>
      )}
      <Button look="quiet" icon={X} onClick={onClear}>
        Clear
      </Button>
      <MaterializeDialog open={launching} onClose={() => setLaunching(false)} selection={selection} />
    </section>
  );
}
