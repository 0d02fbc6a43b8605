// Every version that was made or seen. The one that is chosen stands in the address and opens beside the list.
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Eye, Hammer, History as HistoryIcon, X } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { versionsQuery } from '@/api/queries';
import type { Version } from '@/api/types';
import { useNarrow } from '@/lib/media';
import { numberOf, unitOf } from '@/lib/metadata';
import { useParts } from '@/lib/parts';
import { useScrollTo } from '@/lib/scroll-to';
import { inUnit } from '@/lib/units';
import { useSetSearch } from '@/lib/use-search';
import { IconButton } from '@/ui/button';
import { RunLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { type Column, Table } from '@/ui/table';
import { Duration, Time } from '@/ui/time';
import styles from './asset.module.css';
import { VersionDetail } from './version-detail';

const route = getRouteApi('/assets/$');

const COLUMNS: Column<Version>[] = [
  {
    id: 'kind',
    head: 'What',
    width: '8.5rem',
    cell: ({ kind }) => {
      const Icon = kind === 'observed' ? Eye : Hammer;
      return (
        <span className={styles.inline}>
          <Icon size={14} aria-hidden className={styles.glyph} />
          {kind === 'observed' ? 'Observed' : 'Materialized'}
        </span>
      );
    },
  },
  { id: 'at', head: 'When', width: 'minmax(6rem, 7rem)', cell: ({ at }) => <Time at={at} /> },
  { id: 'run', head: 'Run', width: '7.75rem', cell: ({ run }) => (run ? <RunLink run={run} /> : 'outside') },
  {
    id: 'took',
    head: 'Took',
    width: '6rem',
    align: 'end',
    narrow: 'hide',
    cell: ({ duration_ms }) => <Duration ms={duration_ms} />,
  },
  {
    id: 'numbers',
    head: 'Numbers',
    width: 'minmax(8rem, 1fr)',
    narrow: 'hide',
    cell: (version) => <span className="truncate muted">{numbersOf(version)}</span>,
  },
  {
    id: 'version',
    head: 'Data version',
    width: '9rem',
    narrow: 'hide',
    cell: ({ version }) => (
      <span className="mono truncate" title={version}>
        {version}
      </span>
    ),
  },
];

/** What the details beside the list say anyway. */
const BESIDE = COLUMNS.filter(({ id }) => id !== 'version');

/** The first numbers of the metadata on a line. */
function numbersOf({ metadata = {} }: Version): string {
  const found = Object.entries(metadata).flatMap(([name, value]) => {
    const figure = numberOf(value);
    return figure === undefined ? [] : [`${name} ${inUnit(figure, unitOf(name))}`];
  });
  return found.slice(0, 4).join(' · ');
}

function Opened({ children }: { children: ReactNode }) {
  const place = useScrollTo<HTMLDivElement>(useNarrow());
  return (
    <div ref={place} className={styles.opened}>
      {children}
    </div>
  );
}

export function AssetHistory({ assetKey }: { assetKey: string }) {
  const { version: chosen } = route.useSearch();
  const setSearch = useSetSearch();
  const query = useInfiniteQuery(versionsQuery(assetKey));
  const { rows, more, foot } = useParts(query);
  const found = rows.find(({ seq }) => seq === chosen);
  // A version that is older than what is loaded is on its way.
  const older = chosen !== undefined && !found && chosen < (rows.at(-1)?.seq ?? 0);
  useEffect(() => {
    if (older) more();
  }, [older, more]);
  return (
    <Loaded query={query} what="The history could not be loaded">
      {() =>
        rows.length === 0 ? (
          <Panel>
            <EmptyState icon={HistoryIcon} title="Nothing happened yet">
              Every materialization and observation is kept here with what it said about its data.
            </EmptyState>
          </Panel>
        ) : (
          <div className={styles.split} data-open={found ? '' : undefined}>
            <Panel>
              <div className={styles.tall}>
                <Table
                  label="Versions"
                  rows={rows}
                  columns={found ? BESIDE : COLUMNS}
                  rowKey={({ seq }) => String(seq)}
                  onOpen={({ seq }) => setSearch({ version: seq })}
                  onEnd={more}
                  foot={foot}
                  current={chosen === undefined ? undefined : String(chosen)}
                />
              </div>
            </Panel>
            {found && (
              <Opened key={found.seq}>
                <Panel
                  title={found.kind === 'observed' ? 'Observation' : 'Materialization'}
                  actions={
                    <IconButton icon={X} label="Close" size="small" onClick={() => setSearch({ version: undefined })} />
                  }
                  inside="padded"
                >
                  <VersionDetail version={found} />
                </Panel>
              </Opened>
            )}
          </div>
        )
      }
    </Loaded>
  );
}
