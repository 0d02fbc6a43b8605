// Every state that the product shows, with its word, its icon and its colour role. Colour never tells a state alone:
// whoever shows one shows the icon, and the word beside it or as its name.
import {
  AlarmClock,
  AlarmClockOff,
  Archive,
  Ban,
  BellRing,
  Check,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleX,
  Clock,
  ExternalLink,
  Eye,
  Hourglass,
  Loader,
  type LucideIcon,
  OctagonX,
  Play,
  Power,
  RefreshCw,
  RotateCw,
  ShieldAlert,
  ShieldX,
  SkipForward,
  TriangleAlert,
  Unplug,
  X,
} from 'lucide-react';

/** The colour roles of tokens.css. */
export type Tone = 'good' | 'bad' | 'busy' | 'warn' | 'late' | 'wait' | 'none';

export type Look = { tone: Tone; icon: LucideIcon; label: string; spins?: true };

const look = (tone: Tone, icon: LucideIcon, label: string): Look => ({ tone, icon, label });
const busy = (label: string): Look => ({ ...look('busy', Loader, label), spins: true });

export const LOOKS = {
  run: {
    queued: look('wait', Hourglass, 'Queued'),
    running: busy('Running'),
    canceling: look('warn', OctagonX, 'Canceling'),
    succeeded: look('good', CircleCheck, 'Succeeded'),
    failed: look('bad', CircleX, 'Failed'),
    canceled: look('none', Ban, 'Canceled'),
  },
  step: {
    pending: look('wait', Hourglass, 'Pending'),
    running: busy('Running'),
    retry_wait: look('warn', RotateCw, 'Waits to retry'),
    succeeded: look('good', CircleCheck, 'Succeeded'),
    failed: look('bad', CircleX, 'Failed'),
    skipped: look('none', SkipForward, 'Skipped'),
    canceled: look('none', Ban, 'Canceled'),
    // What a step that succeeded is shown as when what it made does not pass its checks.
    check_failed: look('bad', ShieldX, 'Check failed'),
    check_warned: look('warn', ShieldAlert, 'Check warns'),
  },
  attempt: {
    running: busy('Running'),
    succeeded: look('good', CircleCheck, 'Succeeded'),
    failed: look('bad', CircleX, 'Failed'),
    lost: look('bad', Unplug, 'Lost with its worker'),
    handed_back: look('none', RefreshCw, 'Handed back'),
    canceled: look('none', Ban, 'Canceled'),
  },
  asset: {
    missing: look('none', CircleDashed, 'Never materialized'),
    present: look('good', CircleCheck, 'Materialized'),
    failed: look('bad', CircleX, 'Failed'),
    check_failed: look('bad', ShieldX, 'Check failed'),
    check_warned: look('warn', ShieldAlert, 'Check warns'),
    in_progress: busy('In progress'),
    stale: look('warn', RefreshCw, 'Stale'),
    late: look('late', AlarmClock, 'Late'),
    external: look('none', ExternalLink, 'External'),
  },
  staleness: {
    missing: look('none', CircleDashed, 'Never materialized'),
    stale: look('warn', RefreshCw, 'Stale'),
    fresh: look('good', CircleCheck, 'Fresh'),
    external: look('none', ExternalLink, 'External'),
  },
  check: {
    passed: look('good', Check, 'Passed'),
    warned: look('warn', TriangleAlert, 'Warning'),
    failed: look('bad', X, 'Failed'),
    never: look('none', CircleDashed, 'Never ran'),
  },
  tick: {
    launched: look('good', Play, 'Launched'),
    skipped: look('none', SkipForward, 'Skipped'),
    failed: look('bad', CircleX, 'Failed'),
  },
  worker: {
    active: look('good', CircleDot, 'Active'),
    draining: look('warn', Hourglass, 'Draining'),
    gone: look('none', Archive, 'Gone'),
    lost: look('bad', Unplug, 'Lost'),
  },
  incident: {
    open: look('bad', BellRing, 'Open'),
    acknowledged: look('warn', Eye, 'Acknowledged'),
    resolved: look('good', CircleCheck, 'Resolved'),
  },
  severity: {
    info: look('busy', CircleDot, 'Info'),
    warning: look('warn', TriangleAlert, 'Warning'),
    critical: look('bad', OctagonX, 'Critical'),
  },
  delivery: {
    waiting: look('wait', Clock, 'Waiting'),
    delivered: look('good', CircleCheck, 'Delivered'),
    withdrawn: look('none', Ban, 'Withdrawn'),
    dead: look('bad', CircleX, 'Given up'),
  },
  deploy: {
    live: look('good', CircleDot, 'Live'),
    past: look('none', Archive, 'Past'),
    refused: look('bad', CircleX, 'Refused'),
  },
  switch: {
    on: look('good', Power, 'On'),
    off: look('none', AlarmClockOff, 'Off'),
  },
} as const satisfies Record<string, Record<string, Look>>;

export type StateKind = keyof typeof LOOKS;
export type StateOf<K extends StateKind> = keyof (typeof LOOKS)[K] & string;

/** How a state looks. A state that this page does not know (a newer server) is shown by its own name. */
export function lookOf(kind: StateKind, state: string): Look {
  const known: Record<string, Look> = LOOKS[kind];
  return known[state] ?? { tone: 'none', icon: CircleDashed, label: state.replaceAll('_', ' ') };
}
