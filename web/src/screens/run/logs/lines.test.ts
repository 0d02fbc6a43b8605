import { describe, expect, it } from 'vitest';
import { errorLines, findAll, formatRecord, Lines } from './lines';

const linesOf = (...parts: string[]) => {
  const lines = new Lines();
  for (const part of parts) lines.push(part);
  return lines.all();
};
const texts = (...parts: string[]) => linesOf(...parts).map(({ text }) => text);

describe('lines', () => {
  it('are the same however the text arrives', () => {
    const text = 'one\ntwo\x1b[31m red\nthree\n';
    expect(texts(...text)).toEqual(texts(text));
    expect(texts(text)).toEqual(['one', 'two red', 'three']);
    expect(linesOf(text)[2]?.start).toEqual({ fg: 1 });
  });

  it('show the last one before it has ended', () => {
    expect(texts('a\nb')).toEqual(['a', 'b']);
    expect(texts('a\nb', 'c\n')).toEqual(['a', 'bc']);
    expect(texts()).toEqual([]);
  });
});

describe('search', () => {
  it('finds every place whatever its case', () => {
    expect(findAll(linesOf('Row row\nnone\nROW'), 'row')).toEqual([
      { line: 0, start: 0, end: 3 },
      { line: 0, start: 4, end: 7 },
      { line: 2, start: 0, end: 3 },
    ]);
    expect(findAll(linesOf('x'), '')).toEqual([]);
  });

  it('knows lines that speak of errors, once for each place', () => {
    const lines = linesOf('ok\nERROR one\nValueError: x\nfine\n0 errors\nthread panicked at\nterror');
    expect(errorLines(lines)).toEqual([1, 5]);
  });
});

describe('the structured log', () => {
  it('reads like a terminal', () => {
    const line = formatRecord('{"level":"warn","message":"slow","rows":3,"table":"a"}');
    expect(line).toBe('\x1b[33mWARN \x1b[0m slow \x1b[90mrows=\x1b[0m3 \x1b[90mtable=\x1b[0ma');
  });

  it('leaves alone what is no record', () => {
    expect(formatRecord('{"half": ')).toBe('{"half": ');
    expect(formatRecord('3')).toBe('3');
  });
});
