// A log as lines. Text arrives in parts that end anywhere; only what is new is read.
import { overwritten, PLAIN, parseAnsi, type Style, stripAnsi } from '@/lib/ansi';

export type Line = {
  /** The line as it was written, without what was overwritten. */
  raw: string;
  /** The same without colours; what is searched. */
  text: string;
  /** The style in which it starts. */
  start: Style;
};

/** Makes a line of the structured log one that reads like a line of a terminal. */
export type Format = (line: string) => string;

const plain: Format = (line) => line;

export class Lines {
  private readonly done: Line[] = [];
  private rest = '';
  private style: Style = PLAIN;

  constructor(private readonly format: Format = plain) {}

  /** Takes the next part of the text. */
  push(text: string): void {
    const pieces = (this.rest + text).split('\n');
    this.rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const line = this.line(piece);
      this.done.push(line);
      this.style = parseAnsi(line.raw, line.start).end;
    }
  }

  /** All lines; the last one may not have ended yet. A new array, so that a page sees that it changed. */
  all(): Line[] {
    return this.rest === '' ? this.done.slice() : [...this.done, this.line(this.rest)];
  }

  private line(piece: string): Line {
    const raw = this.format(overwritten(piece));
    return { raw, text: stripAnsi(raw), start: this.style };
  }
}

export type Match = { line: number; start: number; end: number };

/** More would help nobody, and a page has to draw them. */
export const MOST_MATCHES = 5_000;

/** Every place where a text stands, whatever its case. */
export function findAll(lines: readonly Line[], wanted: string): Match[] {
  const needle = wanted.toLowerCase();
  const found: Match[] = [];
  if (needle === '') return found;
  for (const [line, { text }] of lines.entries()) {
    const hay = text.toLowerCase();
    for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + needle.length)) {
      found.push({ line, start: at, end: at + needle.length });
      if (found.length >= MOST_MATCHES) return found;
    }
  }
  return found;
}

const ERROR = /\b(errors?|exception|traceback|panicked|panic|fatal|critical)\b|\w(Error|Exception)\b/i;
/** Words that stand beside `error` when there was none. */
const NO_ERROR = /\b(0|no|without) errors?\b/i;

/** The numbers of the lines that speak of an error. Of lines that follow each other only the first one counts. */
export function errorLines(lines: readonly Line[]): number[] {
  const found: number[] = [];
  let last = -2;
  for (const [index, { text }] of lines.entries()) {
    if (!ERROR.test(text) || NO_ERROR.test(text)) continue;
    if (index > last + 1) found.push(index);
    last = index;
  }
  return found;
}

const LEVELS: Record<string, string> = { error: '31', warn: '33', warning: '33', info: '34', debug: '36', trace: '90' };

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});

/** A line of the structured log, which is JSON, as time, level, message and what else it holds. */
export const formatRecord: Format = (line) => {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  if (typeof record !== 'object' || record === null || typeof record.message !== 'string') return line;
  const { at, level, message, ...more } = record;
  const time = typeof at === 'number' ? `\x1b[90m${clock.format(at / 1_000)}\x1b[0m ` : '';
  const name = typeof level === 'string' ? level : 'info';
  const badge = `\x1b[${LEVELS[name] ?? '0'}m${name.toUpperCase().padEnd(5)}\x1b[0m `;
  const fields = Object.entries(more).map(([key, value]) => ` \x1b[90m${key}=\x1b[0m${shown(value)}`);
  return `${time}${badge}${(message as string).replaceAll('\n', ' ⏎ ')}${fields.join('')}`;
};

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
