import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { History, Inbox, Waypoints } from 'lucide-react';
import { incidentQuery, runQuery } from '@/api/queries';
import type { IncidentDetail } from '@/api/types';
import { plural } from '@/lib/format';
import { useReloadAt } from '@/lib/reload-at';
import { ButtonLink } from '@/ui/button';
import { cli } from '@/ui/copy';
import { KeyValue } from '@/ui/key-value';
import { AssetLink } from '@/ui/links';
import { LoadedPanel } from '@/ui/loaded-panel';
import { Page, Panel } from '@/ui/page';
import { RunMark } from '@/ui/run-mark';
import { ShellMenu } from '@/ui/shell-menu';
import { EmptyState } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Table } from '@/ui/table';
import { Time } from '@/ui/time';
import { TWO_LINES } from '@/ui/two-lines';
import { Acknowledge, MuteIncident } from '../alerts/actions';
import { MESSAGE_COLUMNS, nextTry } from '../alerts/deliveries';
import { headline, kindWords } from '../alerts/words';
import { causeFacts } from './cause';
import styles from './incident.module.css';
import { Course, People } from './side';

const route = getRouteApi('/alerts/incidents/$incident');

export default function IncidentScreen() {
  const { incident: id } = route.useParams();
  const query = useQuery(incidentQuery(id));
  const incident = query.data;
  useReloadAt(nextTry(incident?.deliveries ?? []), query.refetch);
  return (
    <Page
      title={incident ? headline(incident) : 'Incident'}
      above={<Link to="/alerts">Alerts</Link>}
      below={incident && <Below incident={incident} />}
      actions={
        incident && (
          <>
            <ShellMenu commands={commands(id)} />
            {incident.state !== 'resolved' && (
              <>
                <MuteIncident incident={incident} />
                <Acknowledge incident={incident} />
              </>
            )}
          </>
        )
      }
    >
      <LoadedPanel query={query} what="The incident could not be loaded">
        {(loaded) => (
          <div className={styles.body}>
            <div className={styles.column}>
              <What incident={loaded} />
              <HeldUp incident={loaded} />
              <Messages incident={loaded} />
            </div>
            <div className={styles.column}>
              <Course incident={loaded} />
              <People incident={loaded} />
            </div>
          </div>
        )}
      </LoadedPanel>
    </Page>
  );
}

const commands = (id: string) => [
  { label: 'Show it', command: cli('incidents', 'show', id) },
  { label: 'Take it', command: cli('incidents', 'ack', id) },
  { label: 'Silence it for an hour', command: cli('incidents', 'mute', id, '--for', '1h') },
];

const Below = ({ incident: { state, severity, kind, opened_at } }: { incident: IncidentDetail }) => (
  <div className={styles.below}>
    <StatusBadge kind="incident" state={state} />
    <StatusBadge kind="severity" state={severity} />
    <span className="muted">
      {kindWords(kind)}, began <Time at={opened_at} />
    </span>
  </div>
);

function What({ incident: { cause, run, error } }: { incident: IncidentDetail }) {
  // A run that was pruned has no page any more, and then there is no link to it.
  const there = useQuery({ ...runQuery(run ?? ''), enabled: Boolean(run) });
  return (
    <Panel
      title="What is wrong"
      inside="padded"
      actions={
        run &&
        there.data && (
          <ButtonLink to="/runs/$run" params={{ run }} size="small" icon={History}>
            Open the run
          </ButtonLink>
        )
      }
    >
      <div className={styles.what}>
        <KeyValue items={[...causeFacts(cause), ['Last run', run && <RunMark key="run" run={run} />]]} />
        {error && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard.
          // biome-ignore lint/a11y/useSemanticElements: it is a group only so that it can have a name.
          <pre className={styles.error} tabIndex={0} role="group" aria-label="Error">
            {error}
          </pre>
        )}
      </div>
    </Panel>
  );
}

function HeldUp({ incident: { affected, affected_count, cause } }: { incident: IncidentDetail }) {
  if (affected_count === 0) return null;
  return (
    <Panel
      title={`Held up downstream: ${plural(affected_count, 'asset')}`}
      actions={
        cause.asset && (
          <ButtonLink
            to="/lineage"
            search={{ select: `key:"${cause.asset}"+`, focus: cause.asset }}
            size="small"
            icon={Waypoints}
          >
            Show in lineage
          </ButtonLink>
        )
      }
    >
      <ul className={styles.affected}>
        {affected.map((key) => (
          <li key={key} className="truncate">
            <AssetLink assetKey={key} />
          </li>
        ))}
        {affected_count > affected.length && (
          <li className="muted">and {plural(affected_count - affected.length, 'more', 'more')}</li>
        )}
      </ul>
    </Panel>
  );
}

function Messages({ incident: { deliveries } }: { incident: IncidentDetail }) {
  return (
    <Panel title="Messages about it">
      {deliveries.length === 0 ? (
        <EmptyState icon={Inbox} title="Nobody was told">
          The policies that watch it are muted, or wait for more of it.
        </EmptyState>
      ) : (
        <Table
          label="Messages"
          height="content"
          rows={deliveries}
          columns={MESSAGE_COLUMNS}
          rowKey={({ seq, channel }) => `${seq} ${channel}`}
          rowHeight={TWO_LINES}
        />
      )}
    </Panel>
  );
}
