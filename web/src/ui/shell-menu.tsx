import { Popover } from '@base-ui/react/popover';
import { SquareTerminal } from 'lucide-react';
import { IconButton } from './button';
import { CliHint } from './copy';
import styles from './shell-menu.module.css';

export type ShellCommand = { label: string; command: string };

/** The commands that do what this page does, each ready to be copied. */
export function ShellMenu({ commands }: { commands: ShellCommand[] }) {
  return (
    <Popover.Root>
      <Popover.Trigger render={<IconButton icon={SquareTerminal} label="The same from a shell" look="plain" />} />
      <Popover.Portal>
        <Popover.Positioner className={styles.layer} align="end" sideOffset={4}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.title}>The same from a shell</Popover.Title>
            {commands.map(({ label, command }) => (
              <div key={label} className={styles.entry}>
                <span>{label}</span>
                <CliHint command={command} />
              </div>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
