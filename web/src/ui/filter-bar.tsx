// Filters that live in the address. The bar holds nothing itself: it shows the search parameters and says what to change.
import { ChevronDown, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '@/lib/class';
import { Button } from './button';
import { SearchInput } from './field';
import styles from './filter-bar.module.css';
import { Menu, MenuCheck } from './menu';

export type FilterOption = { value: string; label: string; count?: number };

export type Facet = {
  /** The name of the search parameter. */
  name: string;
  label: string;
  options: FilterOption[];
};

export type FilterValues = Record<string, string | string[] | undefined>;

export type FilterBarProps = {
  values: FilterValues;
  /** Takes what changes; undefined takes a parameter out of the address. */
  onChange: (changes: FilterValues) => void;
  /** The parameter of a text to look for. */
  search?: { name: string; label: string };
  facets?: Facet[];
  /** More controls, before the end. */
  children?: ReactNode;
  /** What stands at the right: a count, actions. */
  end?: ReactNode;
};

export function FilterBar({ values, onChange, search, facets = [], children, end }: FilterBarProps) {
  const names = [...facets.map(({ name }) => name), ...(search ? [search.name] : [])];
  const active = names.filter((name) => list(values[name]).length > 0);
  const clear = () => onChange(Object.fromEntries(active.map((name) => [name, undefined])));
  return (
    <search className={styles.bar}>
      {search && (
        <div className={styles.search}>
          <SearchInput
            label={search.label}
            value={list(values[search.name])[0] ?? ''}
            onChange={(text) => onChange({ [search.name]: text || undefined })}
          />
        </div>
      )}
      {facets.map((facet) => (
        <FacetMenu
          key={facet.name}
          facet={facet}
          chosen={list(values[facet.name])}
          onChange={(chosen) => onChange({ [facet.name]: chosen.length > 0 ? chosen : undefined })}
        />
      ))}
      {children}
      {active.length > 0 && (
        <Button look="quiet" icon={X} onClick={clear}>
          Clear
        </Button>
      )}
      {end && <div className={styles.end}>{end}</div>}
    </search>
  );
}

type FacetMenuProps = { facet: Facet; chosen: string[]; onChange: (chosen: string[]) => void };

function FacetMenu({ facet, chosen, onChange }: FacetMenuProps) {
  const labels = chosen.map((value) => facet.options.find((option) => option.value === value)?.label ?? value);
  const trigger = (
    <Button className={cx(chosen.length > 0 && styles.on)}>
      {facet.label}
      {labels.length > 0 && (
        <span className={cx(styles.value, 'truncate')}>
          {labels[0]}
          {labels.length > 1 && ` +${labels.length - 1}`}
        </span>
      )}
      <ChevronDown size={14} aria-hidden />
    </Button>
  );
  return (
    <Menu trigger={trigger} align="start">
      {facet.options.map(({ value, label, count }) => (
        <MenuCheck
          key={value}
          checked={chosen.includes(value)}
          count={count}
          onChange={(on) => onChange(on ? [...chosen, value] : chosen.filter((each) => each !== value))}
        >
          {label}
        </MenuCheck>
      ))}
    </Menu>
  );
}

const list = (value: string | string[] | undefined): string[] => (Array.isArray(value) ? value : value ? [value] : []);
