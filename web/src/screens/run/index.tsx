// One run: how it goes or went, step by step, with what each of them said.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { attemptsQuery, runChecksQuery, runQuery, stepsQuery } from '@/api/queries';
import type { Attempt, RunDetail, Step } from '@/api/types';
import { shortId } from '@/lib/format';
import { useFullId } from '@/lib/full-id';
import { useLastError } from '@/lib/last-error';
import { useMedia } from '@/lib/media';
import { useSetSearch } from '@/lib/use-search';
import type { RUN_TABS } from '@/router';
import { ButtonLink } from '@/ui/button';
import { CopyId } from '@/ui/copy';
import { RunLink } from '@/ui/links';
import { Page, Panel } from '@/ui/page';
import { Loaded, SkeletonRows } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Tabs } from '@/ui/tabs';
import { isUnknown, Unknown } from '@/ui/unknown';
import { Events } from './events';
import { Actions, Chain, Facts, Progress } from './header';
import { Logs } from './logs/logs';
import { Plan } from './plan';
import { Results } from './results';
import styles from './run.module.css';
import { marksOf, type StepMarks } from './step-checks';
import { StepDetail } from './step-detail';
import { Steps } from './steps';
import { Timeline } from './timeline/timeline';
import { Trouble } from './trouble';

const route = getRouteApi('/runs/$run');
type Tab = (typeof RUN_TABS)[number];

export default function RunScreen() {
  const { run: id } = route.useParams();
  const query = useQuery(runQuery(id));
  const run = query.data;
  const navigate = useNavigate();
  const search = route.useSearch();
  useFullId(
    id,
    run,
    (full) => runQuery(full).queryKey,
    (full) => void navigate({ to: '/runs/$run', params: { run: full }, search, replace: true }),
  );
  const error = useLastError(query);
  return (
    <Page
      title={`Run ${shortId(id)}`}
      above={<Link to="/runs">Runs</Link>}
      heading={
        <span className={styles.heading}>
          Run {shortId(id)}
          {run && <StatusBadge kind="run" state={run.state} />}
        </span>
      }
      below={
        run && (
          <div className={styles.below}>
            <span className="mono">
              {run.selection}
              {run.partition && ` · ${run.partition}`}
            </span>
            <CopyId id={run.id} what="run id" />
          </div>
        )
      }
      actions={run && <Actions run={run} />}
    >
      {isUnknown(error) ? (
        <Unknown
          error={error}
          linkTo={(run) => <RunLink run={run} />}
          actions={<ButtonLink to="/runs">All runs</ButtonLink>}
        >
          Its id may be mistyped, or it was so long ago that it is no longer kept.
        </Unknown>
      ) : (
        <Loaded
          query={query}
          what="The run could not be loaded"
          skeleton={
            <Panel>
              <SkeletonRows rows={10} />
            </Panel>
          }
        >
          {(loaded) => <Body key={loaded.id} run={loaded} />}
        </Loaded>
      )}
    </Page>
  );
}

const NO_STEPS: Step[] = [];
const NO_ATTEMPTS: Attempt[] = [];

function Body({ run }: { run: RunDetail }) {
  const steps = useQuery(stepsQuery(run.id));
  const list = steps.data ?? NO_STEPS;
  // Most steps have one attempt, which stands in the step itself; only retries need the list of attempts.
  const tried = useMemo(() => list.some(({ attempt }) => attempt > 1), [list]);
  const attempts = useQuery({ ...attemptsQuery(run.id), enabled: tried });
  const checked = useMemo(() => list.some(({ checks }) => checks && checks.length > 0), [list]);
  const checks = useQuery({ ...runChecksQuery(run.id), enabled: checked });
  const marks = useMemo(() => marksOf(list, checks.data ?? []), [list, checks.data]);
  return (
    <>
      <div className={styles.summary}>
        <Facts run={run} />
        <Progress run={run} steps={list} marks={marks} />
        <Chain run={run} />
      </div>
      <Loaded query={steps} what="The steps could not be loaded">
        {() => <Parts run={run} steps={list} attempts={attempts.data ?? NO_ATTEMPTS} marks={marks} />}
      </Loaded>
    </>
  );
}

type PartsProps = { run: RunDetail; steps: readonly Step[]; attempts: readonly Attempt[]; marks: StepMarks };

function Parts({ run, steps, attempts, marks }: PartsProps) {
  const { tab = 'timeline', step: chosen } = route.useSearch();
  const setSearch = useSetSearch('push');
  const beside = useMedia('(min-width: 1100px)');
  const step = tab === 'logs' || chosen === undefined ? undefined : steps.find(({ no }) => no === chosen);
  const detail = step && (
    <StepDetail key={step.no} run={run} step={step} steps={steps} attempts={attempts} marks={marks} />
  );
  return (
    <Tabs<Tab>
      label="Parts of the run"
      value={tab}
      // Filters belong to what they filter; the step that is looked at stays.
      onChange={(next) =>
        setSearch({ tab: next === 'timeline' ? undefined : next, q: undefined, state: undefined, kind: undefined })
      }
      tabs={[
        { value: 'timeline', label: 'Timeline' },
        { value: 'steps', label: 'Steps', count: run.steps },
        { value: 'events', label: 'Events' },
        { value: 'logs', label: 'Logs' },
        { value: 'results', label: 'Results' },
        { value: 'plan', label: 'Plan' },
      ]}
    >
      <div className={styles.split} data-open={detail ? '' : undefined}>
        {!beside && detail}
        <div className={styles.main}>
          {tab === 'timeline' && (
            <>
              <Trouble run={run} steps={steps} marks={marks} />
              <Timeline run={run} steps={steps} attempts={attempts} marks={marks} />
            </>
          )}
          {tab === 'steps' && <Steps run={run} steps={steps} marks={marks} />}
          {tab === 'events' && <Events run={run} steps={steps} />}
          {tab === 'logs' && <Logs run={run.id} steps={steps} marks={marks} />}
          {tab === 'results' && <Results run={run.id} />}
          {tab === 'plan' && <Plan run={run} />}
        </div>
        {beside && detail}
      </div>
    </Tabs>
  );
}
