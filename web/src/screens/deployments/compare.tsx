// What changed between two snapshots.
import { useQuery } from '@tanstack/react-query';
import { ArrowLeftRight, Equal, Minus, Plus, SquarePen, X } from 'lucide-react';
import { useState } from 'react';
import { snapshotDiffQuery } from '@/api/queries';
import type { Changes, Deploy, DiffKind } from '@/api/types';
import { number, plural, shortId } from '@/lib/format';
import { absolute } from '@/lib/time';
import { useSetSearch } from '@/lib/use-search';
import { Button, IconButton } from '@/ui/button';
import { Field, SelectInput } from '@/ui/field';
import { AssetLink, ScheduleLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { ToneMark } from '@/ui/tone-mark';
import styles from './compare.module.css';
import { changeCount, diffSummary, KINDS, snapshots, valueText } from './diff';

export type CompareProps = { deploys: readonly Deploy[]; now: string; was: string };

export function Compare({ deploys, now, was }: CompareProps) {
  const setSearch = useSetSearch('push');
  const choices = snapshots(deploys);
  return (
    <Panel
      title="What changed"
      actions={
        <IconButton
          icon={X}
          size="small"
          label="Close the comparison"
          onClick={() => setSearch({ now: undefined, was: undefined })}
        />
      }
    >
      <div className={styles.choose}>
        <SnapshotField label="From" value={was} choices={choices} onChange={(next) => setSearch({ was: next })} />
        <IconButton
          icon={ArrowLeftRight}
          label="The other way round"
          look="plain"
          onClick={() => setSearch({ now: was, was: now })}
        />
        <SnapshotField label="To" value={now} choices={choices} onChange={(next) => setSearch({ now: next })} />
      </div>
      {now === was ? (
        <EmptyState icon={Equal} title="The same snapshot">
          Choose two different ones.
        </EmptyState>
      ) : (
        <Difference now={now} was={was} />
      )}
    </Panel>
  );
}

type SnapshotFieldProps = { label: string; value: string; choices: Deploy[]; onChange: (snapshot: string) => void };

function SnapshotField({ label, value, choices, onChange }: SnapshotFieldProps) {
  const known = choices.some(({ snapshot }) => snapshot === value);
  return (
    <Field label={label}>
      {(ids) => (
        <SelectInput {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
          {!known && <option value={value}>{shortId(value)}, not among the deploys that are loaded</option>}
          {choices.map((deploy) => (
            <option key={deploy.snapshot} value={deploy.snapshot}>
              {`${deploy.location} ${shortId(deploy.snapshot)}, ${absolute(new Date(deploy.at))}${deploy.live ? ', live' : ''}`}
            </option>
          ))}
        </SelectInput>
      )}
    </Field>
  );
}

function Difference({ now, was }: { now: string; was: string }) {
  const query = useQuery(snapshotDiffQuery(now, was));
  return (
    <Loaded query={query} what="The snapshots could not be compared">
      {(diff) => {
        const summary = diffSummary(diff);
        if (!summary) {
          return (
            <EmptyState icon={Equal} title="Nothing that counts differs">
              The two snapshots have different addresses, since something moved in its source file; what they declare is
              the same.
            </EmptyState>
          );
        }
        return (
          <div>
            <p className={styles.summary}>{summary}</p>
            {KINDS.filter(({ kind }) => changeCount(diff[kind]) > 0).map(({ kind, many }) => (
              <Kind key={kind} kind={kind} title={many} changes={diff[kind]} />
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}

/** So many of a list are shown at first; a location with 10,000 new assets must stay readable. */
const FIRST = 50;

function Kind({ kind, title, changes }: { kind: DiffKind; title: string; changes: Changes }) {
  const { added, removed, changed } = changes;
  return (
    <section className={styles.kind} aria-label={title}>
      <h3 className={styles.title}>{title}</h3>
      <div className={styles.lists}>
        <Names what="removed" kind={kind} names={removed} />
        <Names what="added" kind={kind} names={added} />
        <Capped items={changed} what="changed">
          {(shown) =>
            shown.map(({ name, fields }) => (
              <div key={name} className={styles.changed}>
                <ToneMark tone="warn" icon={SquarePen}>
                  <span className="sr-only">Changed: </span>
                  <Name kind={kind} name={name} />
                </ToneMark>
                <dl className={styles.fields}>
                  {fields.map(({ field, was, now }) => (
                    <div key={field} className={styles.field}>
                      <dt>{field}</dt>
                      <dd>
                        <Value what="was" value={was} />
                        <Value what="now" value={now} />
                      </dd>
                    </div>
                  ))}
                </dl>
              </div>
            ))
          }
        </Capped>
      </div>
    </section>
  );
}

function Value({ what, value }: { what: 'was' | 'now'; value: unknown }) {
  const unset = value === null || value === undefined;
  const Icon = what === 'was' ? Minus : Plus;
  return (
    <div className={what === 'was' ? styles.was : styles.now}>
      <Icon size={12} aria-label={what === 'was' ? 'Before' : 'Now'} />
      <pre className={unset ? styles.unset : undefined}>{valueText(value)}</pre>
    </div>
  );
}

function Names({ what, kind, names }: { what: 'added' | 'removed'; kind: DiffKind; names: string[] }) {
  const Icon = what === 'added' ? Plus : Minus;
  return (
    <Capped items={names} what={what}>
      {(shown) =>
        shown.map((name) => (
          <ToneMark key={name} tone={what === 'added' ? 'good' : 'bad'} icon={Icon}>
            <span className="sr-only">{what === 'added' ? 'Added: ' : 'Removed: '}</span>
            {what === 'added' ? <Name kind={kind} name={name} /> : name}
          </ToneMark>
        ))
      }
    </Capped>
  );
}

function Name({ kind, name }: { kind: DiffKind; name: string }) {
  if (kind === 'assets') return <AssetLink assetKey={name} />;
  if (kind === 'schedules') return <ScheduleLink schedule={name} />;
  return <>{name}</>;
}

type CappedProps<T> = { items: T[]; what: string; children: (shown: T[]) => React.ReactNode };

function Capped<T>({ items, what, children }: CappedProps<T>) {
  const [all, setAll] = useState(false);
  if (items.length === 0) return null;
  const hidden = all ? 0 : items.length - FIRST;
  return (
    <div className={styles.list}>
      {children(hidden > 0 ? items.slice(0, FIRST) : items)}
      {hidden > 0 && (
        <Button size="small" onClick={() => setAll(true)}>
          {`Show ${number(hidden)} more ${what}, ${plural(items.length, 'of them', 'in all')}`}
        </Button>
      )}
    </div>
  );
}
