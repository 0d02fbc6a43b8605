import { BellOff, BellRing, ChevronDown } from 'lucide-react';
import { Button, type ButtonSize } from './button';
import { Menu, MenuItem } from './menu';

const HOUR = 3_600_000;
const CHOICES = [
  { label: 'For 1 hour', ms: HOUR },
  { label: 'For 4 hours', ms: 4 * HOUR },
  { label: 'For 1 day', ms: 24 * HOUR },
  { label: 'For 1 week', ms: 7 * 24 * HOUR },
];

export type MuteMenuProps = {
  /** What is silenced, as in `policy crm_late`. */
  what: string;
  mutedUntil: string | null | undefined;
  /** Until when; null ends the silence. */
  onMute: (until: string | null) => void;
  pending?: boolean;
  size?: ButtonSize;
};

/** Silences something for a while. */
export function MuteMenu({ what, mutedUntil, onMute, pending, size }: MuteMenuProps) {
  const trigger = (
    <Button
      size={size}
      icon={mutedUntil ? BellOff : undefined}
      aria-label={mutedUntil ? `Muted: change how long ${what} is silent` : `Mute ${what}`}
      blocked={pending && 'The last change is under way'}
    >
      {mutedUntil ? 'Muted' : 'Mute'}
      <ChevronDown size={14} aria-hidden />
    </Button>
  );
  return (
    <Menu trigger={trigger}>
      {mutedUntil && (
        <MenuItem icon={BellRing} onSelect={() => onMute(null)}>
          Speak again now
        </MenuItem>
      )}
      {CHOICES.map(({ label, ms }) => (
        <MenuItem key={label} icon={BellOff} onSelect={() => onMute(new Date(Date.now() + ms).toISOString())}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
