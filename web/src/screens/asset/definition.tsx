// What was declared, as people read it, and all of it as JSON below.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AssetDetail } from '@/api/types';
import { plural } from '@/lib/format';
import { duration } from '@/lib/time';
import { CopyId } from '@/ui/copy';
import { Json } from '@/ui/json';
import { KeyValue } from '@/ui/key-value';
import { ScheduleLink } from '@/ui/links';
import { Markdown } from '@/ui/markdown';
import { Metadata } from '@/ui/metadata';
import { Panel } from '@/ui/page';
import { Tag, Tags } from '@/ui/status';
import styles from './asset.module.css';
import { type AssetDef, retryWords, type StepDef } from './definition-words';
import { freshnessOf } from './reasons';

const ROLES: Record<string, string> = {
  materialized: 'made by its step',
  observed: 'made elsewhere, looked at by its step',
  external: 'made elsewhere',
};

export function Definition({ asset }: { asset: AssetDetail }) {
  const definition = asset.definition as AssetDef;
  const step = (asset.step_definition ?? undefined) as StepDef | undefined;
  return (
    <div className={styles.columns}>
      <div className={styles.stack}>
        <Panel title="Description" inside="padded">
          {asset.description ? (
            <Markdown text={asset.description} />
          ) : (
            <p className="muted">Nobody described it. The documentation comment above its declaration is shown here.</p>
          )}
        </Panel>
        <Panel title="Declared" inside="padded">
          <About asset={asset} definition={definition} />
        </Panel>
        {definition.metadata && Object.keys(definition.metadata).length > 0 && (
          <Panel title="Declared facts" inside="padded">
            <Metadata metadata={definition.metadata} />
          </Panel>
        )}
      </div>
      <div className={styles.stack}>
        <Panel title="How it is made" inside="padded">
          {step ? <How step={step} /> : <p className="muted">It has no step: something else makes it.</p>}
        </Panel>
        {step?.config_schema !== undefined && (
          <Panel title="Config that its step takes" inside="padded">
            <Json value={step.config_schema} label="JSON Schema of the config" />
          </Panel>
        )}
        <Panel title="As JSON" inside="padded">
          <div className={styles.stack}>
            <Json value={definition} label="The asset as JSON" />
            {step && <Json value={step} label="The step as JSON" />}
          </div>
        </Panel>
      </div>
    </div>
  );
}

const tags = (values: readonly string[] | undefined, facet: 'kind' | 'owner'): ReactNode =>
  values && values.length > 0 ? (
    <Tags key={facet}>
      {values.map((value) => (
        <Link key={value} to="/assets" search={{ [facet]: [value] }}>
          <Tag value={value} />
        </Link>
      ))}
    </Tags>
  ) : undefined;

function About({ asset, definition }: { asset: AssetDetail; definition: AssetDef }) {
  const { source } = definition;
  const freshness = freshnessOf(asset.definition);
  return (
    <KeyValue
      items={[
        ['Key', <CopyId key="key" id={asset.key} what="asset key" form="whole" />],
        ['Identity', asset.id && <CopyId key="id" id={asset.id} what="asset id" form="whole" />],
        ['Role', ROLES[asset.role] ?? asset.role],
        [
          'Group',
          <Link key="group" to="/assets" search={{ group: [asset.group] }}>
            {asset.group}
          </Link>,
        ],
        ['Domain', asset.domain],
        ['Tier', asset.tier],
        ['Owners', tags(asset.owners, 'owner') ?? <span className="muted">nobody</span>],
        ['Kinds', tags(asset.kinds, 'kind')],
        [
          'Tags',
          asset.tags && Object.keys(asset.tags).length > 0 && (
            <Tags key="tags">
              {Object.entries(asset.tags).map(([name, value]) => (
                <Link key={name} to="/assets" search={{ tag: [value ? `${name}=${value}` : name] }}>
                  <Tag name={name} value={value} />
                </Link>
              ))}
            </Tags>
          ),
        ],
        ['Code version', asset.code_version],
        [
          'Fresh for',
          freshness &&
            `${duration(freshness.fail_after)}${freshness.warn_after ? `, warns after ${duration(freshness.warn_after)}` : ''}`,
        ],
        [
          'Automation',
          definition.automation !== undefined && <code key="auto">{JSON.stringify(definition.automation)}</code>,
        ],
        [
          'Schedules',
          asset.schedules && asset.schedules.length > 0 && (
            <span key="schedules" className={styles.inline}>
              {asset.schedules.map((schedule) => (
                <ScheduleLink key={schedule} schedule={schedule} />
              ))}
            </span>
          ),
        ],
        ['Partitions', asset.partitions ? plural(asset.partitions, 'partition') : undefined],
        ['Location', asset.location],
        ['Declared in', source && <CopyId key="source" id={place(source)} what="source place" form="whole" />],
        ['Was called', definition.aliases?.join(', ')],
      ]}
    />
  );
}

const place = ({ file, line, column }: NonNullable<AssetDef['source']>): string =>
  `${file}:${line}${column ? `:${column}` : ''}`;

function How({ step }: { step: StepDef }) {
  return (
    <KeyValue
      items={[
        ['Step', <CopyId key="step" id={step.name} what="step name" form="whole" />],
        ['Runs', step.executor.kind === 'process' ? 'as a process' : 'in the worker (Rust)'],
        [
          'Command',
          step.executor.argv && (
            <code key="argv" className={styles.anywhere}>
              {step.executor.argv.join(' ')}
            </code>
          ),
        ],
        ['Retries', retryWords(step.retry)],
        ['Time limit', step.timeout ? duration(step.timeout) : 'none'],
        [
          'Pool',
          step.pool ? (
            <Link key="pool" to="/queue" search={{ pool: step.pool }}>
              {step.pool}
            </Link>
          ) : (
            'none'
          ),
        ],
        ['Priority', step.priority],
        [
          'Workers with',
          step.requires &&
            Object.entries(step.requires)
              .map((each) => each.join('='))
              .join(', '),
        ],
        ['Resources', step.resources?.join(', ')],
        [
          'Declared in',
          step.source && <CopyId key="source" id={place(step.source)} what="source place" form="whole" />,
        ],
      ]}
    />
  );
}
