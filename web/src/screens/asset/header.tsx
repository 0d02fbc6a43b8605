import { Check, ChevronDown, Copy, Play, Workflow } from 'lucide-react';
import { useState } from 'react';
import type { AssetDetail } from '@/api/types';
import { stateOf, worstCheck } from '@/lib/asset-state';
import { useNow } from '@/lib/clock';
import { splitKey } from '@/lib/format';
import { Button, ButtonLink, IconButton } from '@/ui/button';
import { cli, useCopy } from '@/ui/copy';
import { MaterializeDialog, selectionOf } from '@/ui/materialize-dialog';
import { Menu, MenuItem } from '@/ui/menu';
import { ShellMenu } from '@/ui/shell-menu';
import { StatusBadge } from '@/ui/status';
import { Time } from '@/ui/time';
import styles from './asset.module.css';
import { freshnessOf, lateness } from './reasons';

export function Heading({ assetKey }: { assetKey: string }) {
  const { path, name } = splitKey(assetKey);
  return (
    <span className={styles.title}>
      <span className={styles.path}>{path}</span>
      {name}
    </span>
  );
}

/** How it is, at a glance. */
export function Standing({ asset }: { asset: AssetDetail }) {
  const now = useNow(15_000);
  const late = lateness(asset.latest?.at, freshnessOf(asset.definition), now);
  const worst = worstCheck(asset.checks);
  const state = stateOf(asset);
  return (
    <div className={styles.standing}>
      <StatusBadge kind="asset" state={state} />
      {late?.is === 'late' && <StatusBadge kind="asset" state="late" />}
      {asset.staleness !== 'missing' && asset.staleness !== state && (
        <StatusBadge kind="staleness" state={asset.staleness} />
      )}
      {(worst === 'failed' || worst === 'warned') && state !== `check_${worst}` && (
        <StatusBadge kind="asset" state={`check_${worst}`} />
      )}
      {asset.latest && (
        <span className="muted">
          {asset.latest.kind === 'observed' ? 'observed' : 'made'} <Time at={asset.latest.at} />
        </span>
      )}
      <CopyKey assetKey={asset.key} />
    </div>
  );
}

function CopyKey({ assetKey }: { assetKey: string }) {
  const [copied, copy] = useCopy();
  return (
    <IconButton
      icon={copied ? Check : Copy}
      label={copied ? 'Copied' : 'Copy the asset key'}
      size="small"
      onClick={() => copy(assetKey)}
    />
  );
}

/** What can be done with it. */
export function Actions({ asset }: { asset: AssetDetail }) {
  const [selection, setSelection] = useState<string>();
  const key = selectionOf([asset.key]);
  const blocked = asset.step ? undefined : 'Something else makes it; there is no step to run';
  return (
    <>
      <ShellMenu
        commands={[
          { label: 'Everything about it', command: cli('asset', 'show', asset.key) },
          { label: 'Its history', command: cli('asset', 'history', asset.key) },
          ...(asset.step
            ? [{ label: 'Materialize it', command: cli('materialize', asset.key) }]
            : [{ label: 'Report a version of it', command: cli('asset', 'report', asset.key) }]),
        ]}
      />
      <ButtonLink icon={Workflow} to="/lineage" search={{ select: `1+${key}+1`, focus: asset.key }}>
        Lineage
      </ButtonLink>
      <span className={styles.together}>
        <Button look="primary" icon={Play} blocked={blocked} onClick={() => setSelection(key)}>
          {asset.role === 'observed' ? 'Observe' : 'Materialize'}
        </Button>
        <Menu
          trigger={<IconButton look="primary" icon={ChevronDown} label="More to materialize" className={styles.more} />}
        >
          <MenuItem onSelect={() => setSelection(`${key}+`)}>With everything downstream</MenuItem>
          <MenuItem onSelect={() => setSelection(`+${key}`)}>With everything upstream</MenuItem>
          <MenuItem onSelect={() => setSelection(`+${key}+`)}>With both</MenuItem>
        </Menu>
      </span>
      <MaterializeDialog
        open={selection !== undefined}
        onClose={() => setSelection(undefined)}
        selection={selection ?? key}
      />
    </>
  );
}
