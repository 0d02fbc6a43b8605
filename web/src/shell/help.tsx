import { Dialog } from '@/ui/dialog';
import styles from './help.module.css';
import { NAV } from './nav';
import { isMac } from './shell';
import shell from './shell.module.css';

type Shortcut = [keys: string[], what: string];

const everywhere = (): Shortcut[] => [
  [[isMac() ? '⌘' : 'Ctrl', 'K'], 'Find or do anything'],
  [['/'], 'The same, with one key'],
  [['?'], 'This sheet'],
  [['Esc'], 'Close what is open'],
];

const LISTS: Shortcut[] = [
  [['↑', '↓'], 'Move by a row; J and K do the same'],
  [['Page ↑', 'Page ↓'], 'Move by a page'],
  [['Home', 'End'], 'The first and the last row'],
  [['Enter'], 'Open the row'],
  [['Space'], 'Choose the row'],
];

const GRAPH: Shortcut[] = [
  [['↑', '↓', '←', '→'], 'Go to the next asset in that direction'],
  [['Enter'], 'Open the asset'],
  [['Space'], 'Choose the asset; Shift and click do the same'],
  [['+', '−'], 'Come closer, go away'],
  [['0'], 'See everything'],
  [['M'], 'Materialize what is chosen'],
];

export default function HelpSheet({ onClose }: { onClose: () => void }) {
  const go = NAV.map(({ letter, label }): Shortcut => [['G', letter.toUpperCase()], label]);
  return (
    <Dialog open onClose={onClose} title="Shortcuts" size="wide">
      <div className={styles.sheet}>
        <Group title="Everywhere" shortcuts={everywhere()} />
        <Group title="Go to" shortcuts={go} />
        <Group title="Lists" shortcuts={LISTS} />
        <Group title="Lineage" shortcuts={GRAPH} />
      </div>
    </Dialog>
  );
}

function Group({ title, shortcuts }: { title: string; shortcuts: Shortcut[] }) {
  return (
    <section className={styles.group}>
      <h3>{title}</h3>
      <dl>
        {shortcuts.map(([keys, what]) => (
          <div key={what} className={styles.line}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key} className={shell.kbd}>
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
