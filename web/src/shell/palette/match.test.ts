import { describe, expect, it } from 'vitest';
import { fitness, keySelection, runId } from './match';

describe('the palette', () => {
  it.each([
    ['Runs', 'what ran', 'ru', 0],
    ['Go to runs', 'what ran', 'runs', 1],
    ['Go to reruns', '', 'runs', 2],
    ['Overview', 'what is wrong now', 'wrong', 3],
    ['Overview', 'what is wrong now', 'over wrong', 0],
    ['Overview', 'what is wrong now', 'over queue', undefined],
  ])('%s (%s) fits %s: %s', (label, also, text, expected) => {
    expect(fitness(label, also, text)).toBe(expected);
  });

  it.each([
    ['orders', 'key:"*orders*"'],
    ['  raw  or"d*ers ', 'key:"*raw*" and key:"*orders*"'],
    ['CRM', '(key:"*CRM*" or key:"*crm*")'],
    [' * ', undefined],
    ['', undefined],
  ])('looks for the assets of %s', (text, selection) => {
    expect(keySelection(text)).toBe(selection);
  });

  it.each([
    ['01a2200a-77f0-705c-926d-5b3ae338e4e7', { whole: '01a2200a-77f0-705c-926d-5b3ae338e4e7' }],
    [' E338E4E7 ', { piece: 'e338e4e7' }],
    ['abc', undefined],
    ['orders', undefined],
  ])('takes %s for the id of a run: %o', (text, found) => {
    expect(runId(text)).toEqual(found);
  });
});
