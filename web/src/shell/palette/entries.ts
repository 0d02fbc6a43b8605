// What the palette offers without looking anything up: the screens, and what can be done from anywhere.
import type { useNavigate } from '@tanstack/react-router';
import {
  BellRing,
  CircleHelp,
  CircleX,
  History,
  Link2,
  type LucideIcon,
  Monitor,
  Moon,
  Play,
  RefreshCw,
  Sun,
} from 'lucide-react';
import { toast } from '@/ui/toast';
import { NAV } from '../nav';
import { setTheme } from '../theme';

export type Entry = {
  id: string;
  group: 'Screens' | 'Actions' | 'Assets' | 'Runs' | 'Schedules';
  icon: LucideIcon;
  label: string;
  /** More words that find it; shown beside the label. */
  also: string;
  /** The keys that do the same. */
  keys?: string[];
  take: () => void;
};

export type Doing = {
  navigate: ReturnType<typeof useNavigate>;
  showHelp: () => void;
  materialize: (selection: string) => void;
};

export function fixedEntries({ navigate, showHelp, materialize }: Doing): Entry[] {
  const screens = NAV.map(
    ({ to, label, icon, about, letter }): Entry => ({
      id: to,
      group: 'Screens',
      icon,
      label,
      also: about,
      keys: ['G', letter.toUpperCase()],
      take: () => void navigate({ to }),
    }),
  );
  const action = (id: string, icon: LucideIcon, label: string, also: string, take: () => void): Entry => ({
    id,
    group: 'Actions',
    icon,
    label,
    also,
    take,
  });
  return [
    ...screens,
    action('failing', CircleX, 'Show failing assets', 'what is broken', () => {
      void navigate({ to: '/assets', search: { state: ['failed'] } });
    }),
    action('stale', RefreshCw, 'Show stale assets', 'out of date', () => {
      void navigate({ to: '/assets', search: { state: ['stale'] } });
    }),
    action('failed-runs', History, 'Show failed runs', 'errors', () => {
      void navigate({ to: '/runs', search: { state: ['failed'] } });
    }),
    action('incidents', BellRing, 'Show open incidents', 'alerts', () => {
      void navigate({ to: '/alerts', search: { state: 'open' } });
    }),
    action('everything', Play, 'Materialize everything', 'run all assets', () => materialize('*')),
    action('link', Link2, 'Copy a link to this page', 'share address', copyAddress),
    { ...action('help', CircleHelp, 'Show shortcuts', 'keyboard help', showHelp), keys: ['?'] },
    action('light', Sun, 'Light theme', 'colours day', () => setTheme('light')),
    action('dark', Moon, 'Dark theme', 'colours night', () => setTheme('dark')),
    action('system', Monitor, 'Theme of the system', 'colours automatic', () => setTheme('system')),
  ];
}

function copyAddress(): void {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  const failed = () => toast({ tone: 'bad', title: 'Not copied', detail: `The browser refused it: ${location.href}` });
  const done = () => toast({ tone: 'good', title: 'The link is copied' });
  if (clipboard) clipboard.writeText(location.href).then(done, failed);
  else failed();
}
