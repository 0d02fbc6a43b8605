import { describe, expect, it } from 'vitest';
import { formFields, readForm, readTags } from './schema-form';

const SCHEMA = {
  type: 'object',
  required: ['since', 'limit'],
  properties: {
    full_refresh: { type: 'boolean', default: false, description: 'Read every order again.' },
    since: { type: 'string' },
    limit: { type: 'integer', default: 100 },
    ratio: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    zone: { $ref: '#/$defs/Zone', default: 'eu' },
    tables: { type: 'array', items: { type: 'string' }, default: ['a', 'b'] },
    api: { type: 'object', properties: { page: { type: ['integer', 'null'] } } },
    anything: {},
  },
  $defs: { Zone: { enum: ['eu', 'us'] } },
};

describe('forms from JSON Schema', () => {
  it('has a field for every property', () => {
    const fields = formFields(SCHEMA).map(({ label, kind, initial, required }) => [label, kind, initial, required]);
    expect(fields).toEqual([
      ['full_refresh', 'switch', 'false', false],
      ['since', 'text', '', true],
      ['limit', 'integer', '100', true],
      ['ratio', 'number', '', false],
      ['zone', 'choice', 'eu', false],
      ['tables', 'lines', 'a\nb', false],
      ['api.page', 'integer', '', false],
      ['anything', 'json', '', false],
    ]);
  });

  it('gives only what differs from the defaults, and what is needed', () => {
    const fields = formFields(SCHEMA);
    const texts = {
      full_refresh: 'true',
      since: '2026-01-01',
      'api.page': '50',
      tables: 'c\n\nd',
      anything: '{"a":[1]}',
    };
    expect(readForm(fields, texts)).toEqual({
      value: {
        full_refresh: true,
        since: '2026-01-01',
        limit: 100,
        tables: ['c', 'd'],
        api: { page: 50 },
        anything: { a: [1] },
      },
      faults: {},
    });
  });

  it('says what is wrong with a text', () => {
    const { faults } = readForm(formFields(SCHEMA), { limit: '1.5', ratio: 'x', anything: '{' });
    expect(Object.keys(faults)).toEqual(['since', 'limit', 'ratio', 'anything']);
    expect(faults.limit).toBe('This is not a whole number.');
  });

  it('survives a schema that refers to itself', () => {
    const tree = { properties: { left: { $ref: '#' } }, type: 'object' };
    expect(formFields(tree).map(({ kind }) => kind)).toEqual(['json']);
  });
});

it('reads tags', () => {
  expect(readTags('zone=eu\n\n team \nwhy=a=b')).toEqual({ zone: 'eu', team: '', why: 'a=b' });
});
