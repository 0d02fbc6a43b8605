import {
  BellRing,
  Boxes,
  CalendarClock,
  Gauge,
  History,
  Layers,
  ListOrdered,
  type LucideIcon,
  Rocket,
  Server,
  Waypoints,
} from 'lucide-react';

export type NavTarget =
  | '/'
  | '/lineage'
  | '/assets'
  | '/runs'
  | '/schedules'
  | '/queue'
  | '/workers'
  | '/deployments'
  | '/alerts';

export type NavItem = {
  to: NavTarget;
  label: string;
  icon: LucideIcon;
  /** The letter that follows `g` to go there. */
  letter: string;
  about: string;
};

/** The screens, in the order of the navigation; the first four are the bar at the foot of a phone. */
export const NAV: readonly NavItem[] = [
  { to: '/', label: 'Overview', icon: Gauge, letter: 'o', about: 'What is wrong now and what happened today' },
  { to: '/lineage', label: 'Lineage', icon: Waypoints, letter: 'l', about: 'The graph of all assets' },
  { to: '/assets', label: 'Assets', icon: Boxes, letter: 'a', about: 'Every asset with its state' },
  { to: '/runs', label: 'Runs', icon: History, letter: 'r', about: 'What ran and what runs' },
  { to: '/schedules', label: 'Schedules', icon: CalendarClock, letter: 's', about: 'What starts by itself, and when' },
  { to: '/queue', label: 'Queue', icon: ListOrdered, letter: 'q', about: 'What waits, and for what; pools' },
  { to: '/workers', label: 'Workers', icon: Server, letter: 'w', about: 'Who does the work' },
  { to: '/deployments', label: 'Deployments', icon: Rocket, letter: 'd', about: 'Which definitions are live' },
  { to: '/alerts', label: 'Alerts', icon: BellRing, letter: 'e', about: 'Incidents, policies, deliveries' },
];

export const PHONE_NAV = 4;
export { Layers as MoreIcon };
