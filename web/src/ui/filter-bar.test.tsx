import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { FilterBar, type FilterValues } from './filter-bar';

const STATES = [
  { value: 'failed', label: 'Failed', count: 2 },
  { value: 'running', label: 'Running' },
];

function Bar({ initial = {}, told }: { initial?: FilterValues; told: (changes: FilterValues) => void }) {
  const [values, setValues] = useState(initial);
  const onChange = (changes: FilterValues) => {
    told(changes);
    setValues({ ...values, ...changes });
  };
  return (
    <FilterBar
      values={values}
      onChange={onChange}
      search={{ name: 'q', label: 'Find' }}
      facets={[{ name: 'state', label: 'State', options: STATES }]}
    />
  );
}

it('adds and takes away what is chosen', async () => {
  const told = vi.fn();
  render(<Bar told={told} />);
  await userEvent.click(screen.getByRole('button', { name: /State/ }));
  await userEvent.click(await screen.findByRole('menuitemcheckbox', { name: /Failed/ }));
  await userEvent.click(screen.getByRole('menuitemcheckbox', { name: /Running/ }));
  await userEvent.click(screen.getByRole('menuitemcheckbox', { name: /Failed/ }));
  await userEvent.click(screen.getByRole('menuitemcheckbox', { name: /Running/ }));
  expect(told.mock.calls.map(([changes]) => changes)).toEqual([
    { state: ['failed'] },
    { state: ['failed', 'running'] },
    { state: ['running'] },
    { state: undefined },
  ]);
});

it('tells of a text once, when the typing pauses', async () => {
  const told = vi.fn();
  render(<Bar told={told} />);
  await userEvent.type(screen.getByRole('searchbox', { name: 'Find' }), 'orders');
  await vi.waitFor(() => expect(told).toHaveBeenCalledExactlyOnceWith({ q: 'orders' }));
});

it('clears everything at once, and only offers to where there is something', async () => {
  const told = vi.fn();
  render(<Bar initial={{ q: 'x', state: ['failed'], other: 'stays' }} told={told} />);
  await userEvent.click(screen.getByRole('button', { name: 'Clear' }));
  expect(told).toHaveBeenCalledExactlyOnceWith({ state: undefined, q: undefined });
  expect(screen.queryByRole('button', { name: 'Clear' })).toBeNull();
});
