import { Link } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import type { AssetBrief } from '@/api/types';
import { number, sentence } from '@/lib/format';
import { AssetLink, RunLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { StatusIcon } from '@/ui/status';
import { Time } from '@/ui/time';
import styles from './overview.module.css';

const SHOWN = 8;

/** Whether its last try failed, or a check of what it made, and then how bad that is. */
export const wrongWith = ({ kind, severity }: Pick<AssetBrief, 'kind' | 'severity'>): string => {
  if (kind !== 'check_failed') return 'failed';
  return severity === 'warn' ? 'check_warned' : 'check_failed';
};

/** What somebody should look at now: what fails first, then what is late. */
export function Attention({ failing, late }: { failing: AssetBrief[]; late: AssetBrief[] }) {
  const all = [
    ...failing.map((asset) => ({ asset, state: wrongWith(asset) })),
    ...late.map((asset) => ({ asset, state: 'late' })),
  ];
  if (all.length === 0) {
    return (
      <Panel title="Needs attention">
        <div className={styles.calm}>
          <CircleCheck size={20} aria-hidden />
          <div>
            <b>Nothing fails and nothing is late.</b>
            <div className="muted">What does is listed here, with what to do about it.</div>
          </div>
        </div>
      </Panel>
    );
  }
  const more = all.length - SHOWN;
  return (
    <Panel
      title={`Needs attention (${number(all.length)})`}
      actions={
        more > 0 && (
          <Link to="/assets" search={{ state: ['failed', 'check_failed', 'check_warned', 'late'] }}>
            All {number(all.length)}
          </Link>
        )
      }
    >
      <ul>
        {all.slice(0, SHOWN).map(({ asset, state }) => (
          <Item key={`${state} ${asset.key}`} asset={asset} state={state} />
        ))}
      </ul>
    </Panel>
  );
}

function Item({ asset, state }: { asset: AssetBrief; state: string }) {
  return (
    <li className={styles.attention}>
      <StatusIcon kind="asset" state={state} size={16} />
      <AssetLink assetKey={asset.key} />
      <span>
        <Time at={asset.at} />
        {asset.run && (
          <>
            {' in '}
            <RunLink run={asset.run} />
          </>
        )}
      </span>
      <span className={styles.reason} title={asset.reason}>
        {sentence(asset.reason)}
      </span>
      <span className={styles.owner}>{asset.owners.join(', ')}</span>
    </li>
  );
}
