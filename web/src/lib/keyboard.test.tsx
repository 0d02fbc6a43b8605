import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { useShortcuts } from './keyboard';

const heard = vi.fn<(name: string) => void>();

function Page({ dialog = false }) {
  useShortcuts({
    '?': () => heard('?'),
    'g r': () => heard('g r'),
    'mod+k': () => heard('mod+k'),
  });
  return (
    <>
      <input aria-label="field" />
      {dialog && <div role="dialog" />}
    </>
  );
}

it.each([
  ['?', ['?']],
  ['gr', ['g r']],
  ['ggr', ['g r']],
  ['gxr', []],
  ['{Control>}k{/Control}', ['mod+k']],
  ['k', []],
])('hears %s', async (keys, names) => {
  heard.mockClear();
  render(<Page />);
  await userEvent.keyboard(keys);
  expect(heard.mock.calls.flat()).toEqual(names);
});

it('hears only what is with Ctrl while somebody types', async () => {
  heard.mockClear();
  render(<Page />);
  await userEvent.click(screen.getByLabelText('field'));
  await userEvent.keyboard('gr?{Control>}k{/Control}');
  expect(heard.mock.calls.flat()).toEqual(['mod+k']);
});

it('keeps still behind a dialog', async () => {
  heard.mockClear();
  render(<Page dialog />);
  await userEvent.keyboard('gr?');
  expect(heard).not.toHaveBeenCalled();
});
