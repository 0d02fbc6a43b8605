import { describe, expect, it } from 'vitest';
import { EVERYTHING, staleKeys } from './stale';

const names = (event: Parameters<typeof staleKeys>[0]) => staleKeys(event).map((key) => key.join(' '));

describe('what an event makes old', () => {
  it.each([
    [{ kind: 'run_queued', run: 'r1' }, ['run r1', 'runs', 'overview', 'queue', 'status', 'graph']],
    [{ kind: 'step_failed', run: 'r1' }, ['run r1', 'graph', 'assets', 'workers']],
    [{ kind: 'asset_materialized', run: 'r1', asset: 'a/b' }, ['run r1', 'asset a/b', 'overview', 'graph', 'assets']],
    [{ kind: 'check_failed', asset: 'a/b' }, ['asset a/b', 'overview']],
    [{ kind: 'worker_lost', subject: 'w1' }, ['workers', 'queue']],
    [{ kind: 'tick_skipped', subject: 'daily' }, ['schedule daily', 'schedules']],
    [{ kind: 'schedule_moved', subject: 'daily' }, ['schedule daily', 'schedules']],
    [{ kind: 'incident_opened', subject: 'i1' }, ['incident i1', 'incidents', 'overview']],
    [{ kind: 'alert_tested', subject: 'i1' }, ['deliveries']],
    [{ kind: 'pool_set', subject: 'p' }, ['pools', 'queue']],
    [{ kind: 'deployed', subject: 'shop' }, ['assets', 'graph', 'schedules', 'deploys', 'policies', 'selection']],
    [{ kind: 'deploy_refused', subject: 'shop' }, ['deploys']],
  ])('%o', (event, stale) => {
    expect(names(event)).toEqual(expect.arrayContaining(stale));
  });

  it('leaves other runs and assets alone', () => {
    const stale = names({ kind: 'asset_materialized', run: 'r1', asset: 'a/b' });
    expect(stale).not.toContain('run');
    expect(stale).not.toContain('asset');
  });

  it('says nothing of a command, which is told by what it changes', () => {
    expect(staleKeys({ kind: 'command', subject: 'launch' })).toEqual([]);
  });

  it('takes everything for old when it does not know the kind', () => {
    expect(staleKeys({ kind: 'from_the_future' })).toEqual([EVERYTHING]);
  });
});
