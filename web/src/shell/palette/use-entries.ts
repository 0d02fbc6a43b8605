// What a text finds: screens and actions at once, assets, runs and schedules from the server.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Boxes, CalendarClock, History, Play } from 'lucide-react';
import { foundAssetsQuery, runsQuery, schedulesQuery } from '@/api/queries';
import type { Run } from '@/api/types';
import { useRested } from '@/lib/debounce';
import { findKeys } from '@/lib/find-keys';
import { shortId } from '@/lib/format';
import { keyTerm } from '@/lib/selection';
import { past } from '@/lib/time';
import { type Doing, type Entry, fixedEntries } from './entries';
import { fitness, isStart, keySelection, runId } from './match';

const MOST = 7;

export function useEntries(text: string, doing: Doing): { entries: Entry[]; searching: boolean } {
  const asked = useRested(text.trim(), 80);
  const selection = keySelection(asked);
  const assets = useQuery({
    ...foundAssetsQuery(selection ?? ''),
    enabled: selection !== undefined,
    placeholderData: keepPreviousData,
  });
  const runs = useInfiniteQuery(runsQuery({}, 100));
  const schedules = useQuery(schedulesQuery());
  const fixed = fixedEntries(doing);
  if (text.trim() === '') return { entries: fixed, searching: false };
  const keys = selection === undefined ? [] : (assets.data ?? []).map(({ key }) => key);
  const fitting = best(fixed, text);
  const named = best(scheduleEntries(schedules.data?.map(({ name }) => name) ?? [], doing), text);
  // What is called so comes before the assets, what is only about it after them.
  const entries = [
    ...fitting.filter(({ score }) => score <= 1),
    ...assetEntries(findKeys(keys, text, MOST), doing),
    ...runEntries(text, runs.data?.pages.flatMap(({ items }) => items) ?? [], doing),
    ...named,
    ...fitting.filter(({ score }) => score > 1),
  ].map((each) => ('entry' in each ? each.entry : each));
  return { entries, searching: asked !== text.trim() || assets.isFetching };
}

function best(entries: Entry[], text: string): { entry: Entry; score: number }[] {
  return entries
    .flatMap((entry) => {
      const score = fitness(entry.label, entry.also, text);
      return score === undefined ? [] : [{ entry, score }];
    })
    .sort((a, b) => a.score - b.score)
    .slice(0, MOST);
}

function assetEntries(keys: string[], { navigate, materialize }: Doing): Entry[] {
  const pages = keys.map(
    (key): Entry => ({
      id: `asset ${key}`,
      group: 'Assets',
      icon: Boxes,
      label: key,
      also: '',
      take: () => void navigate({ to: '/assets/$', params: { _splat: key } }),
    }),
  );
  // Where one asset is meant, what is done to it is offered as well.
  const [only] = keys;
  if (keys.length !== 1 || only === undefined) return pages;
  const launch = {
    id: `materialize ${only}`,
    group: 'Assets' as const,
    icon: Play,
    label: `Materialize ${only}`,
    also: '',
    take: () => materialize(keyTerm(only)),
  };
  return [...pages, launch];
}

function runEntries(text: string, recent: Run[], { navigate }: Doing): Entry[] {
  const entry = (id: string, also: string): Entry => ({
    id: `run ${id}`,
    group: 'Runs',
    icon: History,
    label: `Run ${shortId(id)}`,
    also,
    take: () => void navigate({ to: '/runs/$run', params: { run: id } }),
  });
  const found = runId(text);
  if (found && 'whole' in found) return [entry(found.whole, 'by its id')];
  const low = text.trim().toLowerCase();
  const such = recent
    .filter(({ id, selection }) => (found ? id.includes(found.piece) : selection.toLowerCase().includes(low)))
    .slice(0, 5)
    .map(({ id, selection, state, created_at }) =>
      entry(id, `${state} · ${selection} · ${past(new Date(created_at), Date.now())}`),
    );
  // One that is not among the latest is asked for by the start of its id.
  return such.length === 0 && found && isStart(found.piece) ? [entry(found.piece, 'by the start of its id')] : such;
}

const scheduleEntries = (names: string[], { navigate }: Doing): Entry[] =>
  names.map((name) => ({
    id: `schedule ${name}`,
    group: 'Schedules',
    icon: CalendarClock,
    label: name,
    also: 'schedule',
    take: () => void navigate({ to: '/schedules/$schedule', params: { schedule: name } }),
  }));
