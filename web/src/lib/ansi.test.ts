import { describe, expect, it } from 'vitest';
import { markSpans, overwritten, PLAIN, parseAnsi, stripAnsi } from './ansi';

const E = '\x1b[';
const spans = (line: string) => parseAnsi(line).spans.map(({ text, style }) => [text, style]);

describe('colours and styles', () => {
  it('become spans', () => {
    expect(spans(`a${E}1;31mb${E}0mc`)).toEqual([
      ['a', {}],
      ['b', { bold: true, fg: 1 }],
      ['c', {}],
    ]);
    expect(spans(`${E}mx`)).toEqual([['x', {}]]);
    expect(spans(`${E}92;44mx${E}39my${E}49mz`)).toEqual([
      ['x', { fg: 10, bg: 4 }],
      ['y', { bg: 4 }],
      ['z', {}],
    ]);
  });

  it('can be any of 256 or of millions', () => {
    expect(spans(`${E}38;5;9ma${E}38;5;208mb${E}48;5;240mc${E}38;2;1;2;3;4md`)).toEqual([
      ['a', { fg: 9 }],
      ['b', { fg: 'rgb(255 135 0)' }],
      ['c', { fg: 'rgb(255 135 0)', bg: 'rgb(88 88 88)' }],
      ['d', { fg: 'rgb(1 2 3)', bg: 'rgb(88 88 88)', underline: true }],
    ]);
    expect(spans(`${E}38;5;999mx`)).toEqual([['x', {}]]);
  });

  it('go on over the end of a line', () => {
    const { end } = parseAnsi(`${E}33mwarn`);
    expect(parseAnsi('more', end).spans).toEqual([{ text: 'more', style: { fg: 3 } }]);
    expect(parseAnsi('plain', PLAIN).end).toBe(PLAIN);
  });
});

describe('what is no colour', () => {
  it('is dropped: cursor movement, links, controls', () => {
    expect(stripAnsi(`${E}2K${E}1Aok \x1b]8;;https://x\x1b\\link\x1b]8;;\x07 \x07!`)).toBe('ok link !');
    expect(spans(`${E}?25lx`)).toEqual([['x', {}]]);
    expect(stripAnsi('a\tb')).toBe('a\tb');
  });

  it('leaves of a progress bar its last state', () => {
    expect(overwritten('10 %\r50 %\r100 %')).toBe('100 %');
    expect(overwritten('windows line\r')).toBe('windows line');
  });
});

describe('matches', () => {
  it('cut through spans', () => {
    const line = [
      { text: 'hello ', style: {} },
      { text: 'world', style: { fg: 1 } },
    ];
    expect(markSpans(line, [[4, 8]])).toEqual([
      { text: 'hell', style: {} },
      { text: 'o ', style: {}, match: 0 },
      { text: 'wo', style: { fg: 1 }, match: 0 },
      { text: 'rld', style: { fg: 1 } },
    ]);
    expect(markSpans(line, [])).toEqual(line);
  });
});
