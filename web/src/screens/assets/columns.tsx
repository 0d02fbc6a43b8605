import type { Asset } from '@/api/types';
import { checkState, stateOf, worstCheck } from '@/lib/asset-state';
import { plural } from '@/lib/format';
import { AssetLink } from '@/ui/links';
import { StatusBadge, StatusIcon } from '@/ui/status';
import type { Column } from '@/ui/table';
import { Time } from '@/ui/time';
import { Beside, TwoLines } from '@/ui/two-lines';
import styles from './assets.module.css';

/** All checks of an asset as one word and a number: what failed, if anything did. */
function Checks({ asset }: { asset: Asset }) {
  const { checks = [] } = asset;
  const worst = worstCheck(checks);
  if (!worst) return <span className="muted">–</span>;
  const such = checks.filter((check) => checkState(check) === worst);
  const words = worst === 'passed' ? plural(checks.length, 'check') : `${such.length} of ${checks.length}`;
  return (
    <span className={styles.checks} title={such.map(({ name }) => name).join(', ')}>
      <StatusIcon kind="check" state={worst} size={14} />
      <span className="truncate">{words}</span>
    </span>
  );
}

/** Why it is not up to date, in the fewest words. */
const staleWords = ({ causes = [] }: Asset): string | undefined => {
  const [first] = causes;
  if (!first) return undefined;
  const more = causes.length > 1 ? ` and ${causes.length - 1} more` : '';
  return `${first.message}${more}`;
};

/** Several values as text: in a dense table a box around each word is only noise. */
const Values = ({ values = [] }: { values: readonly string[] | undefined }) => (
  <span className="truncate" title={values.join(', ')}>
    {values.join(', ')}
  </span>
);

export const WIDE: Column<Asset>[] = [
  {
    id: 'key',
    head: 'Asset',
    width: 'minmax(14rem, 3fr)',
    sortable: true,
    cell: ({ key }) => <AssetLink assetKey={key} />,
  },
  {
    id: 'state',
    head: 'State',
    width: '10rem',
    sortable: true,
    cell: (asset) => <StatusBadge kind="asset" state={stateOf(asset)} shape="plain" />,
  },
  {
    id: 'staleness',
    head: 'Up to date',
    width: '7rem',
    cell: (asset) => (
      <span title={staleWords(asset)} className={styles.values}>
        {asset.staleness === 'missing' ? (
          <span className="muted">–</span>
        ) : (
          <StatusBadge kind="staleness" state={asset.staleness} shape="plain" />
        )}
      </span>
    ),
  },
  { id: 'check', head: 'Checks', width: '7rem', sortable: true, cell: (asset) => <Checks asset={asset} /> },
  {
    id: 'group',
    head: 'Group',
    width: 'minmax(6rem, 1fr)',
    sortable: true,
    cell: ({ group }) => <span className="truncate">{group}</span>,
  },
  {
    id: 'owner',
    head: 'Owners',
    width: 'minmax(8rem, 1.2fr)',
    cell: ({ owners }) =>
      owners && owners.length > 0 ? <Values values={owners} /> : <span className="muted">nobody</span>,
  },
  { id: 'kind', head: 'Kinds', width: 'minmax(6rem, 1fr)', cell: ({ kinds }) => <Values values={kinds} /> },
  { id: 'at', head: 'Last made', width: '7rem', sortable: true, cell: ({ latest }) => <Time at={latest?.at} /> },
];

/** On a phone a row has two lines: the name, and below it what the other columns say. */
export const NARROW: Column<Asset>[] = [
  {
    id: 'key',
    head: 'Asset',
    width: 'minmax(0, 1fr)',
    sortable: true,
    cell: (asset) => (
      <TwoLines
        first={<AssetLink assetKey={asset.key} />}
        second={
          <Beside>
            <span className="truncate">{asset.group}</span>
            <Time at={asset.latest?.at} />
            {stateOf(asset) !== 'check_failed' && worstCheck(asset.checks) === 'failed' && (
              <StatusBadge kind="asset" state="check_failed" shape="plain" />
            )}
          </Beside>
        }
      />
    ),
  },
  {
    id: 'state',
    head: 'State',
    width: '7.25rem',
    sortable: true,
    cell: (asset) => {
      const state = stateOf(asset);
      const stale = state === 'present' && asset.staleness === 'stale';
      return <StatusBadge kind="asset" state={stale ? 'stale' : state} shape="plain" />;
    },
  },
];
