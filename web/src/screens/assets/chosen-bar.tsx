import { Play, Workflow } from 'lucide-react';
import { useState } from 'react';
import { Button, ButtonLink } from '@/ui/button';
import { ChosenBar } from '@/ui/chosen-bar';
import { MaterializeDialog, selectionOf } from '@/ui/materialize-dialog';

export type ChosenAssetsProps = {
  keys: ReadonlySet<string>;
  /** The selection that names exactly the rows that are shown, where there is one. */
  shown: { count: number; selection: string | undefined };
  onClear: () => void;
};

/** More keys than this make an address that servers refuse. */
const MOST_KEYS = 100;

/** What can be done with the rows that are chosen. */
export function ChosenAssets({ keys, shown, onClear }: ChosenAssetsProps) {
  const [launching, setLaunching] = useState(false);
  const all = keys.size === shown.count && shown.selection !== undefined;
  const selection = all ? (shown.selection ?? '') : selectionOf([...keys]);
  const blocked = !all && keys.size > MOST_KEYS && `Choose at most ${MOST_KEYS}, or name them with a selection above`;
  return (
    <ChosenBar count={keys.size} what="asset" onClear={onClear}>
      <Button look="primary" icon={Play} blocked={blocked} onClick={() => setLaunching(true)}>
        Materialize
      </Button>
      {!blocked && (
        <ButtonLink icon={Workflow} to="/lineage" search={{ select: selection }}>
          Show in lineage
        </ButtonLink>
      )}
      <MaterializeDialog open={launching} onClose={() => setLaunching(false)} selection={selection} />
    </ChosenBar>
  );
}
