import type { Incident } from '@/api/types';

export type Moment = { at: string; what: string; kind: 'opened' | 'repeated' | 'acknowledged' | 'muted' | 'resolved' };

/** How an incident went, from old to new. Of its repeats only the last one is known. */
export function course(incident: Incident): Moment[] {
  const { opened_at, last_at, count, acknowledged_at, acknowledged_by, resolved_at } = incident;
  const moments: Moment[] = [{ at: opened_at, kind: 'opened', what: 'It began' }];
  if (count > 1) {
    const words = count === 2 ? 'It happened again' : `It happened again, ${count - 1} times by then`;
    moments.push({ at: last_at, kind: 'repeated', what: words });
  }
  if (acknowledged_at) {
    moments.push({ at: acknowledged_at, kind: 'acknowledged', what: `${acknowledged_by ?? 'Somebody'} took it` });
  }
  if (resolved_at) moments.push({ at: resolved_at, kind: 'resolved', what: 'Its cause was gone' });
  return moments.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
