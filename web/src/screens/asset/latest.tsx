import { useInfiniteQuery } from '@tanstack/react-query';
import { PackageOpen } from 'lucide-react';
import { versionsQuery } from '@/api/queries';
import type { AssetDetail } from '@/api/types';
import { CliHint, cli } from '@/ui/copy';
import { Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import styles from './asset.module.css';
import { VersionDetail } from './version-detail';

/** The latest version with everything that is known of it. */
export function Latest({ asset }: { asset: AssetDetail }) {
  const query = useInfiniteQuery(versionsQuery(asset.key));
  const observed = asset.latest?.kind === 'observed';
  return (
    <Panel title={observed ? 'Last observation' : 'Last materialization'}>
      <Loaded query={query} what="The history could not be loaded">
        {({ pages }) => {
          const latest = pages[0]?.items[0];
          if (!latest) return <Never asset={asset} />;
          return (
            <div className={styles.padded}>
              <VersionDetail version={latest} />
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function Never({ asset }: { asset: AssetDetail }) {
  const command = asset.role === 'external' ? cli('asset', 'report', asset.key) : cli('materialize', asset.key);
  return (
    <EmptyState icon={PackageOpen} title="There is no version yet" actions={<CliHint command={command} />}>
      What a materialization says about its data is shown here: rows, columns, samples, reports.
    </EmptyState>
  );
}
