import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { BellRing, type LucideIcon, Megaphone, ScrollText, Send } from 'lucide-react';
import type { ReactNode } from 'react';
import { MOST_INCIDENTS } from '@/api/limits';
import { channelsQuery, overviewQuery, policiesQuery } from '@/api/queries';
import { capped } from '@/lib/format';
import { useNarrow } from '@/lib/media';
import { useSetSearch } from '@/lib/use-search';
import type { ALERT_TABS } from '@/router';
import { cli } from '@/ui/copy';
import { Page } from '@/ui/page';
import { ShellMenu } from '@/ui/shell-menu';
import { Tabs } from '@/ui/tabs';
import { Channels } from './channels';
import { Deliveries } from './deliveries';
import { Incidents } from './incidents';
import { Policies } from './policies';

const route = getRouteApi('/alerts');

type Tab = (typeof ALERT_TABS)[number];

const CONTENT: Record<Tab, () => ReactNode> = {
  incidents: Incidents,
  policies: Policies,
  channels: Channels,
  deliveries: Deliveries,
};

const COMMANDS: Record<Tab, { label: string; command: string }[]> = {
  incidents: [
    { label: 'List incidents', command: cli('incidents', 'ls') },
    { label: 'Take one', command: cli('incidents', 'ack', 'INCIDENT') },
  ],
  policies: [
    { label: 'List policies', command: cli('alerts', 'ls') },
    { label: 'Try one', command: cli('alerts', 'test', 'POLICY') },
    { label: 'Silence one', command: cli('alerts', 'mute', 'POLICY', '--for', '1h') },
  ],
  channels: [{ label: 'List channels', command: cli('alerts', 'channels') }],
  deliveries: [{ label: 'List messages', command: cli('alerts', 'deliveries') }],
};

export default function AlertsScreen() {
  const { tab = 'incidents' } = route.useSearch();
  const setSearch = useSetSearch('push');
  const open = useQuery(overviewQuery()).data?.open_incidents;
  const policies = useQuery(policiesQuery()).data?.length;
  const channels = useQuery(channelsQuery()).data?.length;
  const Content = CONTENT[tab];
  const narrow = useNarrow();
  const icon = (each: LucideIcon) => (narrow ? undefined : each);
  const lists = tab === 'incidents' || tab === 'deliveries';
  return (
    <Page title="Alerts" height={lists ? 'fill' : 'flow'} actions={<ShellMenu key={tab} commands={COMMANDS[tab]} />}>
      <Tabs
        label="Alerts"
        value={tab}
        onChange={(next) => setSearch({ tab: next === 'incidents' ? undefined : next, q: undefined })}
        height={lists ? 'fill' : 'content'}
        tabs={[
          {
            value: 'incidents',
            label: 'Incidents',
            icon: icon(BellRing),
            count: open === undefined ? undefined : capped(open, MOST_INCIDENTS),
          },
          { value: 'policies', label: 'Policies', icon: icon(ScrollText), count: policies },
          { value: 'channels', label: 'Channels', icon: icon(Megaphone), count: channels },
          { value: 'deliveries', label: 'Deliveries', icon: icon(Send) },
        ]}
      >
        <Content />
      </Tabs>
    </Page>
  );
}
