import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { ApiError } from '@/api/problem';
import { isUnknown, Unknown } from './unknown';

afterEach(cleanup);

const ONE = '01a220ce-7d38-75e3-947b-a783a834f650';
const LIKE = '019ab2c3-7e10-7abc-8def-0123456789ab';

const show = (hint?: string) =>
  render(
    <Unknown
      error={new ApiError('not-found', 'there is no run `01a2`', 404, hint)}
      linkTo={(id) => <a href={`/runs/${id}`}>{id}</a>}
      actions={null}
    >
      It may be long ago.
    </Unknown>,
  );

it('links what may have been meant, and not what only shows what ids are like', () => {
  show(`an id is like ${LIKE}; the nearest are ${ONE} (raw/orders+, failed)`);
  expect(screen.getByRole('heading').textContent).toBe('There is no run 01a2');
  expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual([`/runs/${ONE}`]);
  expect(screen.getByText(/An id is like/).textContent).toContain(LIKE);
});

it('says what may have happened where the server has no hint', () => {
  show();
  screen.getByText('It may be long ago.');
});

it('is about ids alone', () => {
  expect(isUnknown(new ApiError('not-found', '', 404))).toBe(true);
  expect(isUnknown(new ApiError('invalid-parameter', '', 400))).toBe(true);
  expect(isUnknown(new ApiError('forbidden', '', 403))).toBe(false);
  expect(isUnknown(new ApiError('unreachable', '', 0))).toBe(false);
  expect(isUnknown(null)).toBe(false);
});

it('links the keys that the server asks about', () => {
  show('did you mean clean/orders or raw/orders?');
  expect(screen.getAllByRole('link').map((link) => link.textContent)).toEqual(['clean/orders', 'raw/orders']);
});
