// The checks of an asset and what each of them found over time.
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { OctagonPause, ShieldCheck } from 'lucide-react';
import { useMemo } from 'react';
import { checksQuery } from '@/api/queries';
import type { AssetCheck, AssetDetail, CheckResult } from '@/api/types';
import { lookOf } from '@/design/states';
import { checkState } from '@/lib/asset-state';
import { useParts } from '@/lib/parts';
import { absolute } from '@/lib/time';
import { KeyValue } from '@/ui/key-value';
import { RunLink } from '@/ui/links';
import { Markdown } from '@/ui/markdown';
import { Metadata } from '@/ui/metadata';
import { Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge, StatusIcon, ToneBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';
import styles from './asset.module.css';
import { Plot } from './plot';
import { checkSeries } from './plot-data';

const route = getRouteApi('/assets/$');
const ORDER = ['failed', 'warned', 'never', 'passed'];

export function Checks({ asset }: { asset: AssetDetail }) {
  const { check: wanted } = route.useSearch();
  const checks = [...(asset.checks ?? [])].sort(
    (a, b) => ORDER.indexOf(checkState(a)) - ORDER.indexOf(checkState(b)) || a.name.localeCompare(b.name),
  );
  const chosen = checks.find(({ name }) => name === wanted) ?? checks[0];
  if (!chosen) {
    return (
      <Panel>
        <EmptyState icon={ShieldCheck} title="No checks yet">
          A check says after each materialization whether the data is as it should be, and may hold back what is
          downstream. Declare one with <code>#[check]</code>.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <div className={styles.checks}>
      <Panel title="Checks">
        <ul className={styles.rows}>
          {checks.map((check) => (
            <li key={check.name}>
              <Link
                from="/assets/$"
                to="."
                search={(before) => ({ ...before, check: check.name })}
                className={styles.choice}
                aria-current={check === chosen ? 'true' : undefined}
              >
                <StatusIcon kind="check" state={checkState(check)} size={14} />
                <span className="truncate">{check.name}</span>
                {check.blocking && (
                  <OctagonPause size={13} className={styles.glyph} aria-label="Holds back what is downstream" />
                )}
              </Link>
            </li>
          ))}
        </ul>
      </Panel>
      <Check key={chosen.name} assetKey={asset.key} check={chosen} />
    </div>
  );
}

const word = (result: CheckResult) => checkState({ latest: result });

const COLUMNS: Column<CheckResult>[] = [
  {
    id: 'state',
    head: 'Result',
    width: '7rem',
    cell: (result) => <StatusBadge kind="check" state={word(result)} shape="plain" />,
  },
  { id: 'at', head: 'When', width: 'minmax(6rem, 7rem)', cell: ({ at }) => <Time at={at} /> },
  { id: 'run', head: 'Run', width: '7.75rem', cell: ({ run }) => (run ? <RunLink run={run} /> : '–') },
  {
    id: 'words',
    head: 'What it said',
    width: 'minmax(8rem, 1fr)',
    narrow: 'hide',
    cell: ({ description }) => <span className="truncate">{description || <span className="muted">–</span>}</span>,
  },
];

function Check({ assetKey, check }: { assetKey: string; check: AssetCheck }) {
  const query = useInfiniteQuery(checksQuery(assetKey, check.name));
  const { rows, more, foot } = useParts(query);
  const series = useMemo(() => checkSeries(rows), [rows]);
  return (
    <div className={styles.stack}>
      <Panel
        title={<span className={styles.anywhere}>{check.name}</span>}
        actions={<StatusBadge kind="check" state={checkState(check)} />}
        inside="padded"
      >
        <div className={styles.stack}>
          {check.description && <Markdown text={check.description} />}
          <KeyValue
            items={[
              [
                'When it fails',
                check.blocking ? (
                  <ToneBadge key="blocks" tone="warn" icon={OctagonPause}>
                    what is downstream is held back
                  </ToneBadge>
                ) : (
                  'downstream goes on'
                ),
              ],
              ['Severity', check.severity === 'warn' ? 'a warning' : 'an error'],
              ['Last result', check.latest && <Time key="at" at={check.latest.at} />],
              ['It said', check.latest?.description],
            ]}
          />
          {check.latest?.metadata && <Metadata metadata={check.latest.metadata} />}
        </div>
      </Panel>
      {series.length > 0 && rows.length > 1 && (
        <div className={styles.plots}>
          {series.map((each) => (
            <Panel key={each.name} inside="padded">
              <Plot series={each} height={110} />
            </Panel>
          ))}
        </div>
      )}
      <Panel title="History" actions={<Strip results={rows} />}>
        <Loaded query={query} what="The history of the check could not be loaded">
          {() =>
            rows.length === 0 ? (
              <EmptyState icon={ShieldCheck} title="It never ran">
                It runs after the next materialization.
              </EmptyState>
            ) : (
              <div className={styles.tall}>
                <Table
                  label={`Results of ${check.name}`}
                  rows={rows}
                  columns={COLUMNS}
                  rowKey={({ seq }) => String(seq)}
                  onEnd={more}
                  foot={foot}
                />
              </div>
            )
          }
        </Loaded>
      </Panel>
    </div>
  );
}

const STRIP = 30;

/** The latest results at a glance, the newest at the right. A failure is tall, so that colour is not needed. */
function Strip({ results }: { results: readonly CheckResult[] }) {
  const shown = results.slice(0, STRIP).reverse();
  if (shown.length < 2) return null;
  const bad = shown.filter(({ passed }) => !passed).length;
  return (
    <span className={styles.strip} role="img" aria-label={`${bad} of the last ${shown.length} did not pass`}>
      {shown.map((result) => (
        <span
          key={result.seq}
          data-state={word(result)}
          title={`${lookOf('check', word(result)).label}, ${absolute(new Date(result.at))}`}
        />
      ))}
    </span>
  );
}
