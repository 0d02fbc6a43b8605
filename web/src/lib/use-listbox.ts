// A text field with a list of options below it: the keyboard moves through the list while the field keeps the focus.
import { type KeyboardEvent, useEffect, useId, useState } from 'react';

export type ListboxOptions<T> = { options: readonly T[]; onTake: (option: T) => void; onEscape?: () => void };

export function useListbox<T>({ options, onTake, onEscape }: ListboxOptions<T>) {
  const id = useId();
  const [wanted, setActive] = useState(0);
  const active = Math.min(wanted, options.length - 1);
  const optionId = (index: number) => `${id}-${index}`;
  useEffect(() => {
    if (active >= 0) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, active]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive((active + 1) % Math.max(1, options.length));
    else if (event.key === 'ArrowUp') setActive((active - 1 + options.length) % Math.max(1, options.length));
    else if (event.key === 'Enter') {
      const option = options[active];
      if (option !== undefined) onTake(option);
    } else if (event.key === 'Escape' && onEscape) onEscape();
    else return;
    event.preventDefault();
  };
  return {
    active,
    setActive,
    field: {
      role: 'combobox' as const,
      'aria-expanded': options.length > 0,
      'aria-controls': id,
      'aria-autocomplete': 'list' as const,
      'aria-activedescendant': active >= 0 ? optionId(active) : undefined,
      onKeyDown,
    },
    list: { id, role: 'listbox' as const, 'aria-label': 'Found' },
    option: (index: number) => ({
      id: optionId(index),
      role: 'option' as const,
      'aria-selected': index === active,
      onPointerMove: () => setActive(index),
      // The field keeps the focus.
      onMouseDown: (event: { preventDefault: () => void }) => event.preventDefault(),
      onClick: () => {
        const option = options[index];
        if (option !== undefined) onTake(option);
      },
    }),
  };
}
