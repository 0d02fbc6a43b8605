import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { BellOff, History, Inbox, Waypoints } from 'lucide-react';
import { incidentQuery, policiesQuery, runQuery } from '@/api/queries';
import type { IncidentDetail } from '@/api/types';
import { useNow } from '@/lib/clock';
import { plural, shortId } from '@/lib/format';
import { useFullId } from '@/lib/full-id';
import { useLastError } from '@/lib/last-error';
import { useReloadAt } from '@/lib/reload-at';
import { ButtonLink } from '@/ui/button';
import { cli } from '@/ui/copy';
import { ErrorText } from '@/ui/error-text';
import { KeyValue } from '@/ui/key-value';
import { AssetLink } from '@/ui/links';
import { LoadedPanel } from '@/ui/loaded-panel';
import { Page, Panel } from '@/ui/page';
import { RunMark } from '@/ui/run-mark';
import { ShellMenu } from '@/ui/shell-menu';
import { EmptyState } from '@/ui/states';
import { StatusBadge, ToneBadge } from '@/ui/status';
import { Table } from '@/ui/table';
import { Time } from '@/ui/time';
import { TWO_LINES } from '@/ui/two-lines';
import { isUnknown, Unknown } from '@/ui/unknown';
import { Acknowledge, MuteIncident } from '../alerts/actions';
import { MESSAGE_COLUMNS, nextTry } from '../alerts/deliveries';
import { headline, isMuted, kindWords, whyNobody } from '../alerts/words';
import { causeFacts } from './cause';
import styles from './incident.module.css';
import { Course, People } from './side';

const route = getRouteApi('/alerts/incidents/$incident');

export default function IncidentScreen() {
  const { incident: id } = route.useParams();
  const query = useQuery(incidentQuery(id));
  const incident = query.data;
  const navigate = useNavigate();
  useFullId(
    id,
    incident,
    (full) => incidentQuery(full).queryKey,
    (full) => void navigate({ to: '/alerts/incidents/$incident', params: { incident: full }, replace: true }),
  );
  const error = useLastError(query);
  useReloadAt(nextTry(incident?.deliveries ?? []), query.refetch);
  return (
    <Page
      title={incident ? headline(incident) : 'Incident'}
      above={<Link to="/alerts">Alerts</Link>}
      below={incident && <Below incident={incident} />}
      actions={
        incident && (
          <>
            <ShellMenu commands={commands(incident.id)} />
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
      {isUnknown(error) ? (
        <Unknown
          error={error}
          linkTo={(incident) => (
            <Link to="/alerts/incidents/$incident" params={{ incident }} className="mono" title={incident}>
              {shortId(incident)}
            </Link>
          )}
          actions={<ButtonLink to="/alerts">All incidents</ButtonLink>}
        >
          Its id may be mistyped, or it was so long ago that it is no longer kept.
        </Unknown>
      ) : (
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
      )}
    </Page>
  );
}

const commands = (id: string) => [
  { label: 'Show it', command: cli('incidents', 'show', id) },
  { label: 'Take it', command: cli('incidents', 'ack', id) },
  { label: 'Silence it for an hour', command: cli('incidents', 'mute', id, '--for', '1h') },
];

function Below({ incident }: { incident: IncidentDetail }) {
  const { state, severity, kind, opened_at, muted_until } = incident;
  const muted = isMuted(incident, useNow(60_000));
  return (
    <div className={styles.below}>
      <StatusBadge kind="incident" state={state} />
      <StatusBadge kind="severity" state={severity} />
      {muted && (
        <ToneBadge tone="wait" icon={BellOff}>
          Muted until <Time at={muted_until} form="absolute" />
        </ToneBadge>
      )}
      <span className="muted">
        {kindWords(kind)}, began <Time at={opened_at} />
      </span>
    </div>
  );
}

function What({ incident: { state, cause, run, error } }: { incident: IncidentDetail }) {
  // A run that was pruned has no page any more, and then there is no link to it.
  const there = useQuery({ ...runQuery(run ?? ''), enabled: Boolean(run) });
  return (
    <Panel
      title={state === 'resolved' ? 'What was wrong' : 'What is wrong'}
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
        {error && <ErrorText text={error} />}
      </div>
    </Panel>
  );
}

function HeldUp({ incident: { state, affected, affected_count, cause } }: { incident: IncidentDetail }) {
  if (affected_count === 0) return null;
  return (
    <Panel
      title={`${state === 'resolved' ? 'Was held up' : 'Held up'} downstream: ${plural(affected_count, 'asset')}`}
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

function Messages({ incident }: { incident: IncidentDetail }) {
  const { deliveries } = incident;
  return (
    <Panel title="Messages about it">
      {deliveries.length === 0 ? (
        <Nobody incident={incident} />
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

function Nobody({ incident }: { incident: IncidentDetail }) {
  const policies = useQuery(policiesQuery()).data;
  const now = useNow(60_000);
  const why = policies && whyNobody(incident, policies, now);
  return (
    <EmptyState icon={Inbox} title="Nobody was told">
      {why && (
        <>
          {why.words}
          {why.policies.length > 0 && ': '}
          {why.policies.map((name, at) => (
            <span key={name}>
              {at > 0 && ', '}
              <Link to="/alerts" search={{ tab: 'policies', q: name }}>
                {name}
              </Link>
            </span>
          ))}
          .
        </>
      )}
    </EmptyState>
  );
}
