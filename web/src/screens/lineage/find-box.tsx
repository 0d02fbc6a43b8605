import { Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import { findKeys } from '@/lib/find-keys';
import { splitKey } from '@/lib/format';
import { useListbox } from '@/lib/use-listbox';
import { TextInput } from '@/ui/field';
import fieldStyles from '@/ui/field.module.css';
import styles from './lineage.module.css';

const MOST = 9;

/** Finds a node by its name, and goes there. */
export function FindBox({ keys, onFind }: { keys: readonly string[]; onFind: (key: string) => void }) {
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const found = useMemo(() => findKeys(keys, text, MOST), [keys, text]);
  const shown = open && text.trim() !== '';
  const take = (key: string) => {
    setOpen(false);
    onFind(key);
  };
  const { active, setActive, field, list, option } = useListbox({
    options: shown ? found : [],
    onTake: take,
    onEscape: () => setOpen(false),
  });
  return (
    <div className={styles.find}>
      <div className={fieldStyles.search}>
        <Search size={15} aria-hidden />
        <TextInput
          {...field}
          placeholder="Find an asset"
          aria-label="Find in the graph"
          value={text}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onChange={(event) => {
            setText(event.target.value);
            setOpen(true);
            setActive(0);
          }}
        />
      </div>
      {shown && (
        <div {...list} className={styles.found}>
          {found.map((key, index) => {
            const { path, name } = splitKey(key);
            return (
              <div key={key} {...option(index)} className={styles.foundItem} data-active={index === active}>
                <span className="truncate">
                  <span className="muted">{path}</span>
                  {name}
                </span>
              </div>
            );
          })}
          {found.length === 0 && <div className={styles.nothing}>Nothing here has this name.</div>}
        </div>
      )}
    </div>
  );
}
