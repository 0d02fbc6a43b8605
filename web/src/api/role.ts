import { useQuery } from '@tanstack/react-query';
import { statusQuery } from './queries';

/** Why whoever looks may not command anything; nothing where they may. For the `blocked` of buttons. */
export function useReadOnly(): string | undefined {
  const role = useQuery(statusQuery()).data?.principal.role;
  return role === 'viewer' ? 'Your token may read and not command' : undefined;
}
