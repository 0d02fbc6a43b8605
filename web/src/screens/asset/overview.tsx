import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { assetsQuery } from '@/api/queries';
import type { Asset, AssetDetail } from '@/api/types';
import { useNow } from '@/lib/clock';
import { About } from './about';
import styles from './asset.module.css';
import { Latest } from './latest';
import { Neighbours } from './neighbours';
import { Trends } from './plots';
import { freshnessOf, reasonsOf } from './reasons';
import { useSkipped } from './skipped';
import { Why } from './why';

/** The selection of the assets on both sides; those that nothing is made from have none to ask for. */
const around = (key: string): string => `1+key:"${key}"+1`;

function useNeighbours(asset: AssetDetail): ReadonlyMap<string, Asset> {
  const alone = asset.upstream.length + asset.downstream.length === 0;
  const { data } = useQuery({ ...assetsQuery(around(asset.key)), enabled: !alone });
  return useMemo(() => new Map(data?.map((each) => [each.key, each])), [data]);
}

export function Overview({ asset }: { asset: AssetDetail }) {
  const known = useNeighbours(asset);
  const skipped = useSkipped(asset);
  const now = useNow(15_000);
  const freshness = freshnessOf(asset.definition);
  const upstream = asset.upstream.flatMap((key) => known.get(key) ?? []);
  const reasons = reasonsOf(asset, { freshness, now, upstream, skipped });
  return (
    <div className={styles.overview}>
      <div className={styles.stack}>
        <Why asset={asset} reasons={reasons} />
        <Latest asset={asset} />
      </div>
      <div className={styles.stack}>
        <About asset={asset} />
        <Trends assetKey={asset.key} />
        <Neighbours assetKey={asset.key} side="upstream" keys={asset.upstream} known={known} />
        <Neighbours assetKey={asset.key} side="downstream" keys={asset.downstream} known={known} />
      </div>
    </div>
  );
}
