import { describe, expect, it } from 'vitest';
import { shortId } from './format';

describe('a part of an id', () => {
  it.each([
    ['nightly', 'nightly'],
    ['01a2202e-6d7d-7218-a5de-47c18df06f22', '01a2202e-6d7d'],
    ['dc35f6dba3afff93ee28081e0cf3bf8ae224541352301c976bf6e926397ae4ff', 'dc35f6dba3af'],
  ])('%s', (id, part) => {
    expect(shortId(id)).toBe(part);
  });
});
