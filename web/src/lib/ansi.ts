// The escape sequences of terminals, as far as logs use them: colours and styles become spans, everything else of them is
// dropped. A style goes on over the end of a line, so each line is parsed from the style in which the one before it ended.

/** `0` to `15` are the colours of the theme; the others are CSS colours. */
export type Colour = number | string;

export type Style = {
  fg?: Colour;
  bg?: Colour;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  strike?: true;
  inverse?: true;
};

export type Span = { text: string; style: Style };

export const PLAIN: Style = Object.freeze({});

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that it is about.
const ESCAPES = /\x1b(?:\[([0-9;:?<=>]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\|$)|[@-Z\\^_]|[ -/]+[0-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a page cannot show.
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** What a terminal would show of a line: of a progress bar, which goes back to its start, the last state. */
export function overwritten(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf('\r') + 1);
}

/** The text without escape sequences. */
export const stripAnsi = (line: string): string =>
  (line.includes('\x1b') ? line.replace(ESCAPES, '') : line).replace(CONTROLS, '');

/** The spans of a line, and the style in which the next one starts. */
export function parseAnsi(line: string, start: Style = PLAIN): { spans: Span[]; end: Style } {
  if (!line.includes('\x1b')) {
    const text = line.replace(CONTROLS, '');
    return { spans: text ? [{ text, style: start }] : [], end: start };
  }
  const spans: Span[] = [];
  let style = start;
  let at = 0;
  const push = (piece: string) => {
    const text = piece.replace(CONTROLS, '');
    if (text) spans.push({ text, style });
  };
  for (const match of line.matchAll(ESCAPES)) {
    push(line.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') style = restyled(style, match[1] ?? '');
  }
  push(line.slice(at));
  return { spans, end: style };
}

const ON: Record<number, keyof Style> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
  9: 'strike',
};
const OFF: Record<number, (keyof Style)[]> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['fg'],
  49: ['bg'],
};

function restyled(before: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((each) => (each === '' ? 0 : Number(each)));
  let style: Style = { ...before };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    const on = ON[code];
    if (code === 0) style = {};
    else if (on) style = { ...style, [on]: true };
    else if (OFF[code]) for (const name of OFF[code]) delete style[name];
    else if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(at + 1));
      if (colour !== undefined) style[code === 38 ? 'fg' : 'bg'] = colour;
      at += used;
    } else basic(style, code);
  }
  return style;
}

function basic(style: Style, code: number): void {
  if (code >= 30 && code <= 37) style.fg = code - 30;
  else if (code >= 40 && code <= 47) style.bg = code - 40;
  else if (code >= 90 && code <= 97) style.fg = code - 90 + 8;
  else if (code >= 100 && code <= 107) style.bg = code - 100 + 8;
}

/** `5;n` of 256 colours, or `2;r;g;b`. */
function extended(rest: number[]): { colour?: Colour; used: number } {
  const [kind, a = 0, b = 0, c = 0] = rest;
  if (kind === 5) return { colour: indexed(a), used: 2 };
  if (kind === 2) return { colour: `rgb(${a} ${b} ${c})`, used: 4 };
  return { used: rest.length };
}

const LEVELS = [0, 95, 135, 175, 215, 255];

function indexed(index: number): Colour | undefined {
  if (!(index >= 0 && index <= 255)) return undefined;
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const cube = index - 16;
  const level = (divisor: number) => LEVELS[Math.floor(cube / divisor) % 6];
  return `rgb(${level(36)} ${level(6)} ${level(1)})`;
}

export type Marked = Span & { match?: number };

/** Cuts spans at the places that were found, and marks those with the number of their match. */
export function markSpans(spans: readonly Span[], found: readonly [start: number, end: number][]): Marked[] {
  if (found.length === 0) return [...spans];
  const marked: Marked[] = [];
  let at = 0;
  for (const { text, style } of spans) {
    const end = at + text.length;
    let done = at;
    for (const [index, [from, to]] of found.entries()) {
      const start = Math.max(from, done);
      const stop = Math.min(to, end);
      if (start >= stop) continue;
      if (start > done) marked.push({ text: text.slice(done - at, start - at), style });
      marked.push({ text: text.slice(start - at, stop - at), style, match: index });
      done = stop;
    }
    if (done < end) marked.push({ text: text.slice(done - at), style });
    at = end;
  }
  return marked;
}
