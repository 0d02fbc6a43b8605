import { getRouteApi } from '@tanstack/react-router';
import { useSetSearch } from '@/lib/use-search';

const route = getRouteApi('/lineage');

/** Which groups are shown as one node each; the address holds them. */
export function useCollapse() {
  const { collapse: closed = [] } = route.useSearch();
  const setSearch = useSetSearch();
  const set = (groups: string[]) => setSearch({ collapse: groups.length > 0 ? groups : undefined });
  return {
    closed,
    set,
    close: (group: string) => setSearch({ collapse: [...new Set([...closed, group])], focus: `group:${group}` }),
    toggle: (group: string) =>
      set(closed.includes(group) ? closed.filter((each) => each !== group) : [...closed, group]),
  };
}
