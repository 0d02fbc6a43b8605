import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { BellPlus, BellRing, SearchX, TriangleAlert } from 'lucide-react';
import { policiesQuery } from '@/api/queries';
import type { AlertPolicy } from '@/api/types';
import { plural } from '@/lib/format';
import { useSetSearch } from '@/lib/use-search';
import { CodeSample } from '@/ui/code-sample';
import { FilterBar } from '@/ui/filter-bar';
import { KeyValue } from '@/ui/key-value';
import { LoadedPanel } from '@/ui/loaded-panel';
import { Markdown } from '@/ui/markdown';
import { Panel } from '@/ui/page';
import { EmptyState } from '@/ui/states';
import { StatusBadge, Tag, Tags } from '@/ui/status';
import { Time } from '@/ui/time';
import { ToneMark } from '@/ui/tone-mark';
import { MutePolicy } from './actions';
import styles from './alerts.module.css';
import { TestButton, TestResult, useTest } from './test-button';
import { intervalWords, quietWords, scopeWords, sentence, thresholdWords } from './words';

const route = getRouteApi('/alerts');

export function Policies() {
  const { q = '' } = route.useSearch();
  const setSearch = useSetSearch();
  const query = useQuery(policiesQuery());
  return (
    <LoadedPanel query={query} what="The policies could not be loaded">
      {(policies) => {
        if (policies.length === 0) return <None />;
        const shown = policies.filter((policy) => matches(policy, q));
        return (
          <div className={styles.list}>
            <FilterBar
              values={{ q }}
              onChange={setSearch}
              search={{ name: 'q', label: 'Find a policy' }}
              end={<span className="muted">{plural(shown.length, 'policy', 'policies')}</span>}
            />
            {shown.length === 0 && (
              <Panel>
                <EmptyState icon={SearchX} title="No policy matches">
                  Search for a name, a channel, or a word of what it watches.
                </EmptyState>
              </Panel>
            )}
            <ul className={styles.cards} aria-label="Policies">
              {shown.map((policy) => (
                <li key={policy.name} className={styles.card}>
                  <Policy policy={policy} />
                </li>
              ))}
            </ul>
          </div>
        );
      }}
    </LoadedPanel>
  );
}

function matches({ name, description = '', when, select, channels }: AlertPolicy, q: string): boolean {
  const text = [name, description, when, select ?? '', ...channels].join('\n').toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const SAMPLE = `definitions
    .channel(Channel::slack_webhook("data-team", Secret::env("SLACK_WEBHOOK_URL")))
    .alert(
        AlertPolicy::new("raw-failed", [AlertOn::AssetFailed, AlertOn::failed_checks()])
            .select("group:raw")
            .severity(AlertSeverity::Critical)
            .tell("data-team"),
    )`;

function None() {
  return (
    <Panel>
      <EmptyState
        icon={BellPlus}
        title="No alert policies"
        actions={<CodeSample label="Declaring a channel and a policy" code={SAMPLE} />}
      >
        A policy says what is worth telling and to whom: a failed asset or check, late data, a missed schedule, a lost
        worker. Declare one with a channel beside your assets, and deploy.
      </EmptyState>
    </Panel>
  );
}

function Policy({ policy }: { policy: AlertPolicy }) {
  const test = useTest({ policy: policy.name });
  const { name, description, severity, select, channels, quiet, threshold, missing = [], muted_until, source } = policy;
  return (
    <>
      <header className={styles.cardHead}>
        <h2 className={styles.name}>{name}</h2>
        <StatusBadge kind="severity" state={severity} />
        <span className={styles.buttons}>
          <TestButton
            test={test}
            what={`policy ${name}`}
            blocked={channels.length === 0 && 'It names no channel that could be tested'}
          />
          <MutePolicy policy={policy} />
        </span>
      </header>
      {muted_until && (
        <p className={styles.muted}>
          Nobody is told until <Time at={muted_until} form="absolute" />. Incidents are recorded all the same.
        </p>
      )}
      {missing.map((what) => (
        <p key={what} className={styles.missing}>
          <ToneMark tone="warn" icon={TriangleAlert}>
            {what}
          </ToneMark>
        </p>
      ))}
      {description && <Markdown text={description} />}
      <KeyValue
        items={[
          ['Tells when', <When key="when" words={policy.when} />],
          [
            'About',
            select ? (
              <>
                <Link key="about" to="/assets" search={{ select }} className="mono">
                  {select}
                </Link>{' '}
                <span className="muted">({scopeWords(policy)})</span>
              </>
            ) : (
              'Everything'
            ),
          ],
          ['Whom', <Whom key="whom" channels={channels} />],
          ['Threshold', threshold && thresholdWords(threshold)],
          ['Quiet hours', quiet && quietWords(quiet)],
          ['Repeats', intervalWords(policy.min_interval_ms)],
          ['Declared', source && <code key="source">{`${policy.location}, ${source.file}:${source.line}`}</code>],
        ]}
      />
      {policy.open_incidents > 0 && (
        <p>
          <Link to="/alerts" search={{ q: name }}>
            <ToneMark tone="bad" icon={BellRing}>
              {plural(policy.open_incidents, 'open incident')}
            </ToneMark>
          </Link>
        </p>
      )}
      <TestResult test={test} />
    </>
  );
}

function Whom({ channels }: { channels: string[] }) {
  if (channels.length === 0) return <span className="muted">Nobody; its incidents are shown here</span>;
  return (
    <Tags>
      {channels.map((channel) => (
        <Tag key={channel} value={channel} />
      ))}
    </Tags>
  );
}

function When({ words }: { words: string }) {
  return (
    <ul>
      {words.split('; ').map((each) => (
        <li key={each}>{sentence(each)}</li>
      ))}
    </ul>
  );
}
