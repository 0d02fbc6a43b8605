import { useQuery } from '@tanstack/react-query';
import { ChartLine } from 'lucide-react';
import { useMemo } from 'react';
import { seriesQuery } from '@/api/queries';
import { useLastError } from '@/lib/last-error';
import { useSetSearch } from '@/lib/use-search';
import { Panel } from '@/ui/page';
import { EmptyState, Loaded, Skeleton } from '@/ui/states';
import styles from './asset.module.css';
import { Plot } from './plot';
import { plotSeries } from './plot-data';

const POINTS = 200;

/** Every number of the asset over its latest versions. A click on a point opens its version. */
export function Plots({ assetKey }: { assetKey: string }) {
  const query = useQuery(seriesQuery(assetKey, POINTS));
  const open = useSetSearch('push');
  const series = useMemo(() => plotSeries(query.data?.points ?? []), [query.data]);
  return (
    <Loaded query={query} what="The numbers could not be loaded">
      {() =>
        series.length === 0 ? (
          <Panel>
            <EmptyState icon={ChartLine} title="No numbers yet">
              Durations and every number in the metadata of a materialization are drawn here over time, once there is
              one.
            </EmptyState>
          </Panel>
        ) : (
          <div className={styles.plots}>
            {series.map((each) => (
              <Panel key={each.name} inside="padded">
                <Plot series={each} height={150} onPick={(version) => open({ tab: 'history', version })} />
              </Panel>
            ))}
          </div>
        )
      }
    </Loaded>
  );
}

const SHOWN = ['Duration', 'rows'];

/** The duration and one number, for the overview. */
export function Trends({ assetKey }: { assetKey: string }) {
  const query = useQuery(seriesQuery(assetKey, 50));
  const open = useSetSearch('push');
  const series = useMemo(() => plotSeries(query.data?.points ?? []), [query.data]);
  const error = useLastError(query);
  if (error || (query.data && series.length === 0)) return null;
  const first = series.filter(({ name }) => SHOWN.includes(name));
  const rest = series.filter(({ name }) => !SHOWN.includes(name));
  const shown = [...first, ...rest].slice(0, 2);
  return (
    <Panel title="Over time" inside="padded">
      <div className={styles.stack}>
        {!query.data && <Skeleton height="9rem" />}
        {shown.map((each) => (
          <Plot key={each.name} series={each} onPick={(version) => open({ tab: 'history', version })} />
        ))}
      </div>
    </Panel>
  );
}
