import { useMutation, useQuery } from '@tanstack/react-query';
import { Infinity as NoLimit, Pencil, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { setPoolCommand } from '@/api/commands';
import { poolsQuery } from '@/api/queries';
import type { Pool } from '@/api/types';
import { number, plural } from '@/lib/format';
import { useSetSearch } from '@/lib/use-search';
import { Button, IconButton } from '@/ui/button';
import { CodeSample } from '@/ui/code-sample';
import { CliHint, CopyId, cli } from '@/ui/copy';
import { Dialog } from '@/ui/dialog';
import { Field, TextInput } from '@/ui/field';
import { Meter } from '@/ui/meter';
import { Panel } from '@/ui/page';
import { EmptyState, ErrorState, Loaded } from '@/ui/states';
import { type Column, Table } from '@/ui/table';
import { TWO_LINES, TwoLines } from '@/ui/two-lines';
import styles from './queue.module.css';

const known = (value: number | null | undefined): value is number => value !== undefined && value !== null;

const columns = (edit: (pool: Pool) => void, show: (pool: string) => void): Column<Pool>[] => [
  {
    id: 'name',
    head: 'Pool',
    width: 'minmax(7.5rem, 1.2fr)',
    cell: ({ name }) => <CopyId id={name} what="pool" form="whole" />,
  },
  { id: 'use', head: 'In use', width: 'minmax(6.5rem, 1.4fr)', cell: (pool) => <Use pool={pool} /> },
  {
    id: 'waiting',
    head: 'Waiting',
    width: 'minmax(5.5rem, 0.8fr)',
    cell: ({ name, waiting }) =>
      waiting ? (
        <Button size="small" onClick={() => show(name)}>
          {plural(waiting, 'step')}
        </Button>
      ) : (
        <span className="muted">{known(waiting) ? 'None' : '–'}</span>
      ),
  },
  { id: 'limit', head: 'Limit', width: 'minmax(9rem, 1.2fr)', narrow: 'hide', cell: (pool) => <Limit pool={pool} /> },
  {
    id: 'edit',
    head: <span className="sr-only">Change</span>,
    width: '3.25rem',
    cell: (pool) => (
      <IconButton icon={Pencil} size="small" label={`Change the limit of ${pool.name}`} onClick={() => edit(pool)} />
    ),
  },
];

function Use({ pool: { limit, used } }: { pool: Pool }) {
  if (!known(used)) return <span className="muted">Only the leader knows</span>;
  const full = known(limit) && used >= limit;
  return <Meter used={used} limit={limit ?? undefined} tone={full ? 'warn' : 'busy'} />;
}

function Limit({ pool: { limit, declared, set } }: { pool: Pool }) {
  if (!known(limit)) {
    return (
      <span className={styles.unlimited}>
        <NoLimit size={15} aria-hidden /> No limit
      </span>
    );
  }
  const origin = known(set)
    ? known(declared)
      ? `set; declared is ${declared}`
      : 'set; none is declared'
    : 'as declared';
  return <TwoLines first={number(limit)} second={origin} />;
}

const SAMPLE = `definitions.pool("warehouse", 4)   // and #[asset(pool = "warehouse")] on what uses it`;

export function Pools() {
  const query = useQuery(poolsQuery());
  const setSearch = useSetSearch();
  const [editing, setEditing] = useState<Pool | null>(null);
  return (
    <div className={styles.pools}>
      <Panel title="Pools" height="fill">
        <Loaded query={query} what="The pools could not be loaded">
          {(pools) =>
            pools.length === 0 ? (
              <EmptyState
                icon={SlidersHorizontal}
                title="No pools"
                actions={<CodeSample label="Declaring a pool" code={SAMPLE} />}
              >
                Steps that name a pool share its slots over all runs, so that a warehouse or an API is never asked too
                much at once. Name a pool in a step and declare how many slots it has.
              </EmptyState>
            ) : (
              <Table
                label="Pools"
                rows={inOrder(pools)}
                columns={columns(setEditing, (pool) => setSearch({ pool, why: undefined }))}
                rowKey={({ name }) => name}
                rowHeight={TWO_LINES}
              />
            )
          }
        </Loaded>
        {editing && <EditPool key={editing.name} pool={editing} onClose={() => setEditing(null)} />}
      </Panel>
    </div>
  );
}

/** Those that something waits for first, then by name. */
export const inOrder = (pools: readonly Pool[]): Pool[] =>
  [...pools].sort(
    (a, b) => (b.waiting ?? 0) - (a.waiting ?? 0) || a.name.localeCompare(b.name, undefined, { numeric: true }),
  );

/** What a text means as a limit. */
export function readLimit(text: string): { limit: number } | { fault: string } {
  const trimmed = text.trim();
  if (!/^\d+$/.test(trimmed)) return { fault: 'A whole number, 0 or more.' };
  const limit = Number(trimmed);
  return limit > 100_000 ? { fault: 'At most 100,000.' } : { limit };
}

function EditPool({ pool: { name, limit, declared, set }, onClose }: { pool: Pool; onClose: () => void }) {
  const [text, setText] = useState(known(limit) ? String(limit) : '');
  const command = useMutation({ ...setPoolCommand(), onSuccess: onClose });
  const read = readLimit(text);
  const apply = (next: number | null) => command.mutate({ pool: name, limit: next });
  const fault = text !== '' && 'fault' in read ? read.fault : undefined;
  const blocked = command.isPending ? 'It is being set' : 'fault' in read && 'Say how many slots it has';
  return (
    <Dialog
      open
      onClose={onClose}
      size="narrow"
      title={`Limit of ${name}`}
      description="It counts at once and for all runs, and outlives deploys. Steps that run already go on."
      actions={
        <>
          {known(set) && (
            <Button onClick={() => apply(null)} blocked={command.isPending && 'It is being set'}>
              {known(declared) ? `Back to ${declared}, as declared` : 'Take the limit away'}
            </Button>
          )}
          <Button look="primary" onClick={() => 'limit' in read && apply(read.limit)} blocked={blocked}>
            Set the limit
          </Button>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if ('limit' in read && !command.isPending) apply(read.limit);
        }}
      >
        <Field label="Slots" help="How many steps of this pool run at once. 0 holds all of them back." fault={fault}>
          {(ids) => (
            <TextInput {...ids} inputMode="numeric" value={text} onChange={(event) => setText(event.target.value)} />
          )}
        </Field>
        <CliHint command={cli('pool', 'set', name, 'limit' in read ? String(read.limit) : 'declared')} />
      </form>
      {command.error && <ErrorState error={command.error} what="The limit was not set" />}
    </Dialog>
  );
}
