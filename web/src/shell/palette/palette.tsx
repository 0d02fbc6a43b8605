// Find or do anything: one field for screens, actions, assets, runs and schedules.
import { Dialog as Base } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useRef, useState } from 'react';
import { cx } from '@/lib/class';
import { useListbox } from '@/lib/use-listbox';
import shell from '../shell.module.css';
import type { Entry } from './entries';
import styles from './palette.module.css';
import { useEntries } from './use-entries';

export type PaletteProps = { onClose: () => void; onHelp: () => void; onMaterialize: (selection: string) => void };

export default function Palette({ onClose, onHelp, onMaterialize }: PaletteProps) {
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const { entries, searching } = useEntries(text, { navigate, showHelp: onHelp, materialize: onMaterialize });
  const take = (entry: Entry) => {
    onClose();
    entry.take();
  };
  const listbox = useListbox({ options: entries, onTake: take });
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} initialFocus={field} aria-label="Find or do anything">
          <div className={styles.field}>
            <Search size={17} aria-hidden />
            <input
              {...listbox.field}
              ref={field}
              type="text"
              aria-label="Find or do anything"
              placeholder="An asset, a run's id, a screen, something to do"
              spellCheck={false}
              autoComplete="off"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                listbox.setActive(0);
              }}
            />
            <kbd className={shell.kbd}>Esc</kbd>
          </div>
          <div {...listbox.list} className={styles.list}>
            {entries.map((entry, index) => (
              <Row
                key={entry.id}
                entry={entry}
                heading={entries[index - 1]?.group === entry.group ? undefined : entry.group}
                option={listbox.option(index)}
              />
            ))}
          </div>
          {entries.length === 0 && (
            <p className={styles.nothing} role="status">
              {searching
                ? 'Looking …'
                : `Nothing is called “${text}”. Assets are found by any part of their key, runs by their id.`}
            </p>
          )}
          <footer className={styles.foot} aria-hidden>
            <span>
              <kbd className={shell.kbd}>↑</kbd>
              <kbd className={shell.kbd}>↓</kbd> move
            </span>
            <span>
              <kbd className={shell.kbd}>Enter</kbd> take
            </span>
          </footer>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

type RowProps = {
  entry: Entry;
  heading: string | undefined;
  option: ReturnType<ReturnType<typeof useListbox<Entry>>['option']>;
};

function Row({ entry: { icon: Icon, label, also, keys = [] }, heading, option }: RowProps) {
  return (
    <>
      {heading && (
        <div className={styles.group} role="presentation">
          {heading}
        </div>
      )}
      <div {...option} className={styles.entry}>
        <Icon size={16} aria-hidden />
        <span className={cx(styles.label, 'truncate')}>{label}</span>
        <span className={cx(styles.also, 'truncate')}>{also}</span>
        {keys.map((key) => (
          <kbd key={key} className={shell.kbd} aria-hidden>
            {key}
          </kbd>
        ))}
      </div>
    </>
  );
}
