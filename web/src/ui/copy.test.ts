import { expect, it } from 'vitest';
import { cli } from './copy';

it('quotes what a shell would take apart', () => {
  expect(cli('materialize', 'group:raw+')).toBe('headwater materialize group:raw+');
  expect(cli('materialize', 'key:"a" or b', '--tag', "why=it's")).toBe(
    `headwater materialize 'key:"a" or b' --tag 'why=it'\\''s'`,
  );
});
