import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { runQuery, runsQuery } from '@/api/queries';
import type { LogEvent, Run, RunDetail } from '@/api/types';
import { RunPatcher } from './patcher';

const told = (seq: number, kind: string) => ({ seq, kind, run: 'a', at: `10:0${seq}` }) as LogEvent;
const running = { id: 'a', state: 'running', created_at: '10:00' } as Run;

function page() {
  const client = new QueryClient();
  const list = runsQuery().queryKey;
  const detail = runQuery('a').queryKey;
  client.setQueryData(list, { pages: [{ items: [running] }], pageParams: [undefined] });
  client.setQueryData(detail, running as RunDetail);
  const states = () => [
    client.getQueryData(list)?.pages[0]?.items[0]?.state,
    client.getQueryData<RunDetail>(detail)?.state,
  ];
  /** The server answers the question for the list with what it knew a moment ago. */
  const answer = () =>
    client.fetchQuery({
      queryKey: list,
      queryFn: async () => ({ pages: [{ items: [running] }], pageParams: [undefined] }),
      staleTime: 0,
    });
  let now = 0;
  const patcher = new RunPatcher(client, () => now);
  const pass = (ms: number) => {
    now += ms;
  };
  return { client, list, states, patcher, answer, pass };
}

it('shows the end of a run in every list and on its page', () => {
  const { states, patcher } = page();
  patcher.hear(told(1, 'run_succeeded'));
  expect(states()).toEqual(['succeeded', 'succeeded']);
});

it('does not let an answer that was on its way undo it', async () => {
  const { states, patcher, answer, pass } = page();
  patcher.hear(told(1, 'run_failed'));
  await answer();
  expect(states()[0]).toBe('failed');
  // Much later the server is right, whatever was heard.
  pass(60_000);
  patcher.hear(told(2, 'run_canceling'));
  await answer();
  expect(states()[0]).toBe('canceling');
});

it('leaves what is old as old as it was', () => {
  const { client, list, patcher } = page();
  const before = client.getQueryState(list)?.dataUpdatedAt;
  void client.invalidateQueries({ queryKey: list, refetchType: 'none' });
  patcher.hear(told(1, 'run_succeeded'));
  expect(client.getQueryState(list)).toMatchObject({ isInvalidated: true, dataUpdatedAt: before });
});

it('forgets what it heard where the log is another one', async () => {
  const { states, patcher, answer } = page();
  patcher.hear(told(1, 'run_succeeded'));
  patcher.forget();
  await answer();
  expect(states()[0]).toBe('running');
});

it('stops', async () => {
  const { states, patcher, answer } = page();
  patcher.hear(told(1, 'run_succeeded'));
  patcher.stop();
  await answer();
  expect(states()[0]).toBe('running');
});
