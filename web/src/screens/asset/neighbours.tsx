import { Link } from '@tanstack/react-router';
import { ArrowDownFromLine, ArrowUpFromLine } from 'lucide-react';
import type { Asset } from '@/api/types';
import { stateOf, worstCheck } from '@/lib/asset-state';
import { plural } from '@/lib/format';
import { AssetLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { StatusBadge, StatusIcon } from '@/ui/status';
import styles from './asset.module.css';

export type NeighboursProps = {
  assetKey: string;
  side: 'upstream' | 'downstream';
  keys: readonly string[];
  /** How they are, by key; what is not there yet is shown by its name alone. */
  known: ReadonlyMap<string, Asset>;
};

const SHOWN = 12;
const WORDS = {
  upstream: { title: 'Made from', icon: ArrowUpFromLine, none: 'Nothing: this is where the data comes in.' },
  downstream: { title: 'Goes into', icon: ArrowDownFromLine, none: 'Nothing is made from it.' },
};

/** The assets on one side, those that are in trouble first. */
export function Neighbours({ assetKey, side, keys, known }: NeighboursProps) {
  const { title, icon: Icon, none } = WORDS[side];
  const sorted = [...keys].sort((a, b) => trouble(known.get(b)) - trouble(known.get(a)) || a.localeCompare(b));
  return (
    <Panel
      title={
        <span className={styles.heading}>
          <Icon size={14} aria-hidden />
          {title}
          <span className={styles.figure}>{keys.length || ''}</span>
        </span>
      }
    >
      {keys.length === 0 ? (
        <p className={styles.nothing}>{none}</p>
      ) : (
        <ul className={styles.rows}>
          {sorted.slice(0, SHOWN).map((key) => (
            <li key={key} className={styles.row}>
              <Neighbour assetKey={key} asset={known.get(key)} />
            </li>
          ))}
          {keys.length > SHOWN && (
            <li className={styles.row}>
              <Link to="/lineage" search={{ focus: assetKey }}>
                {plural(keys.length - SHOWN, 'more', 'more')} in the lineage
              </Link>
            </li>
          )}
        </ul>
      )}
    </Panel>
  );
}

function Neighbour({ assetKey, asset }: { assetKey: string; asset: Asset | undefined }) {
  const state = asset && stateOf(asset);
  const word = asset?.staleness === 'stale' && state === 'present' ? 'stale' : state;
  return (
    <>
      {word ? <StatusIcon kind="asset" state={word} size={14} /> : <span className={styles.blank} />}
      <AssetLink assetKey={assetKey} />
      {asset && state !== 'check_failed' && worstCheck(asset.checks) === 'failed' && (
        <StatusBadge kind="asset" state="check_failed" shape="plain" />
      )}
    </>
  );
}

function trouble(asset: Asset | undefined): number {
  if (!asset) return 0;
  if (stateOf(asset) === 'failed' || worstCheck(asset.checks) === 'failed') return 3;
  if (stateOf(asset) === 'in_progress') return 2;
  return asset.staleness === 'fresh' ? 0 : 1;
}
