import { Fragment } from 'react';
import styles from './json.module.css';

type Token = { text: string; kind?: 'key' | 'string' | 'number' | 'word' };

const PARTS = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** The tokens of a formatted JSON text, in order; together they are the text. */
export function jsonTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(PARTS)) {
    if (match.index > end) tokens.push({ text: text.slice(end, match.index) });
    const [whole, string, colon, number] = match;
    if (string !== undefined) {
      tokens.push({ text: string, kind: colon === undefined ? 'string' : 'key' });
      if (colon !== undefined) tokens.push({ text: colon });
    } else {
      tokens.push({ text: whole, kind: number === undefined ? 'word' : 'number' });
    }
    end = match.index + whole.length;
  }
  if (end < text.length) tokens.push({ text: text.slice(end) });
  return tokens;
}

/** Longer texts are shown without colours: a thousand spans help nobody to read. */
const COLOURED = 40_000;

export function Json({ value, label = 'JSON' }: { value: unknown; label?: string }) {
  const text = JSON.stringify(value, null, 2) ?? 'null';
  const tokens = text.length > COLOURED ? [{ text }] : jsonTokens(text);
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is a group only so that it can have a name.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard.
    <pre className={styles.json} tabIndex={0} role="group" aria-label={label}>
      {tokens.map(({ text: part, kind }: Token, index) =>
        kind ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the tokens are a function of the text.
          <span key={index} className={styles[kind]}>
            {part}
          </span>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the tokens are a function of the text.
          <Fragment key={index}>{part}</Fragment>
        ),
      )}
    </pre>
  );
}
