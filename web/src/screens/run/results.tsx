// What the run made and what its checks found.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PackageOpen } from 'lucide-react';
import { runChecksQuery, runVersionsQuery } from '@/api/queries';
import type { CheckResult, Version } from '@/api/types';
import { checkState, worstCheck } from '@/lib/asset-state';
import { plural } from '@/lib/format';
import { numberOf, unitOf } from '@/lib/metadata';
import { inUnit } from '@/lib/units';
import { AssetLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge, StatusIcon } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Duration } from '@/ui/time';
import styles from './run.module.css';

const numbers = ({ metadata = {} }: Pick<Version, 'metadata'>): string =>
  Object.entries(metadata)
    .flatMap(([name, value]) => {
      const figure = numberOf(value);
      return figure === undefined ? [] : [`${name} ${inUnit(figure, unitOf(name))}`];
    })
    .slice(0, 4)
    .join(' · ');

const versionColumns = (results: readonly CheckResult[]): Column<Version>[] => [
  {
    id: 'asset',
    head: 'Asset',
    width: 'minmax(10rem, 1.4fr)',
    cell: ({ asset }) =>
      asset ? (
        <span className={styles.inline}>
          <Judged asset={asset} results={results} />
          <AssetLink assetKey={asset} />
        </span>
      ) : (
        <span className="muted">no longer declared</span>
      ),
  },
  {
    id: 'kind',
    head: 'What',
    width: '7.5rem',
    narrow: 'hide',
    cell: ({ kind }) => (kind === 'observed' ? 'Observed' : 'Materialized'),
  },
  {
    id: 'numbers',
    head: 'Numbers',
    width: 'minmax(8rem, 2fr)',
    narrow: 'hide',
    cell: (version) => <span className="truncate muted">{numbers(version)}</span>,
  },
  {
    id: 'version',
    head: 'Version',
    width: '6rem',
    cell: ({ asset, version, seq }) =>
      asset ? (
        <Link
          to="/assets/$"
          params={{ _splat: asset }}
          search={{ tab: 'history', version: seq }}
          className="mono"
          title={version}
        >
          {version.slice(0, 8)}
        </Link>
      ) : (
        <span className="mono">{version.slice(0, 8)}</span>
      ),
  },
  { id: 'took', head: 'Took', width: '5.5rem', align: 'end', cell: ({ duration_ms }) => <Duration ms={duration_ms} /> },
];

/** A mark on what was made, where the run's checks of it did not pass. */
function Judged({ asset, results }: { asset: string; results: readonly CheckResult[] }) {
  const worst = worstCheck(results.filter((result) => result.asset === asset).map((latest) => ({ latest })));
  if (worst !== 'failed' && worst !== 'warned') return null;
  return <StatusIcon kind="step" state={`check_${worst}`} size={14} />;
}

const CHECKS: Column<CheckResult>[] = [
  {
    id: 'state',
    head: 'Result',
    width: '7rem',
    cell: (result) => <StatusBadge kind="check" state={checkState({ latest: result })} shape="plain" />,
  },
  {
    id: 'check',
    head: 'Check',
    width: 'minmax(10rem, 1.4fr)',
    cell: ({ asset, check }) =>
      asset ? (
        <Link to="/assets/$" params={{ _splat: asset }} search={{ tab: 'checks', check }} className="truncate">
          {check}
        </Link>
      ) : (
        check
      ),
  },
  {
    id: 'asset',
    head: 'Of',
    width: 'minmax(8rem, 1.4fr)',
    narrow: 'hide',
    cell: ({ asset }) => asset && <AssetLink assetKey={asset} />,
  },
  {
    id: 'said',
    head: 'What it said',
    width: 'minmax(8rem, 2fr)',
    narrow: 'hide',
    cell: (result) => <span className="truncate muted">{result.description || numbers(result)}</span>,
  },
];

/** What did not pass comes first. */
const badFirst = (results: readonly CheckResult[]): CheckResult[] => {
  const weight = (result: CheckResult) => ORDER.indexOf(checkState({ latest: result }));
  return [...results].sort((a, b) => weight(a) - weight(b) || a.seq - b.seq);
};

const ORDER = ['failed', 'warned', 'passed'];

export function Results({ run }: { run: string }) {
  const versions = useQuery(runVersionsQuery(run));
  const checks = useQuery(runChecksQuery(run));
  return (
    <div className={styles.stack}>
      <Panel title={versions.data ? plural(versions.data.length, 'version') : 'Versions'}>
        <Loaded query={versions} what="What the run made could not be loaded">
          {(rows) =>
            rows.length === 0 ? (
              <EmptyState icon={PackageOpen} title="It made nothing yet">
                The assets that it makes or looks at appear here.
              </EmptyState>
            ) : (
              <div className={styles.half}>
                <Table
                  label="Versions"
                  rows={rows}
                  columns={versionColumns(checks.data ?? [])}
                  rowKey={({ seq }) => String(seq)}
                />
              </div>
            )
          }
        </Loaded>
      </Panel>
      <Panel title={checks.data ? plural(checks.data.length, 'check result') : 'Checks'}>
        <Loaded query={checks} what="The check results could not be loaded">
          {(rows) =>
            rows.length === 0 ? (
              <p className={styles.nothing}>No check ran in it.</p>
            ) : (
              <div className={styles.half}>
                <Table label="Check results" rows={badFirst(rows)} columns={CHECKS} rowKey={({ seq }) => String(seq)} />
              </div>
            )
          }
        </Loaded>
      </Panel>
    </div>
  );
}
