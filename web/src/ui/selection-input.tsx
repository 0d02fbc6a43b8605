// A field for the asset selection language. The server parses what is typed, so that what is wrong is shown where it is
// wrong, in the words that every other place of the product uses.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CircleAlert, Filter, TriangleAlert } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { selectionQuery } from '@/api/queries';
import type { ParsedSelection } from '@/api/types';
import { useRested } from '@/lib/debounce';
import { number } from '@/lib/format';
import { sliceSpan } from '@/lib/span';
import styles from './selection-input.module.css';

export type SelectionInputProps = {
  /** The selection that counts; empty is everything. */
  value: string;
  /** Told of selections without a fault only: after a pause, and at once on Enter. */
  onChange: (selection: string) => void;
  label?: string;
  placeholder?: string;
};

const PARSE_MS = 120;
const TELL_MS = 500;

export function SelectionInput(props: SelectionInputProps) {
  const { value, onChange, label = 'Asset selection' } = props;
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  const [focused, setFocused] = useState(false);
  const mirror = useRef<HTMLDivElement>(null);
  const note = useId();
  if (value !== told) {
    // The value changed from outside, as with the back button.
    setTold(value);
    setTyped(value);
  }
  const asked = useRested(typed.trim(), PARSE_MS);
  const query = useQuery({ ...selectionQuery(asked), enabled: asked !== '', placeholderData: keepPreviousData });
  const settled = asked === typed.trim() && !query.isPlaceholderData;
  const parsed = asked !== '' && settled ? query.data : undefined;
  const good = typed.trim() === '' || (parsed !== undefined && !parsed.error);
  const tell = () => {
    if (!good || typed.trim() === told) return;
    setTold(typed.trim());
    onChange(typed.trim());
  };
  const rested = useRested(typed, TELL_MS) === typed;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told when the typing rests and the text is good.
  useEffect(() => {
    if (rested && focused) tell();
  }, [rested, good]);
  return (
    <div className={styles.box}>
      <div className={styles.field}>
        <div ref={mirror} className={styles.mirror} aria-hidden>
          <Marked text={typed} parsed={parsed} />
        </div>
        <Filter size={14} className={styles.glyph} aria-hidden />
        <input
          type="text"
          className={styles.input}
          value={typed}
          aria-label={label}
          aria-invalid={Boolean(parsed?.error)}
          aria-describedby={note}
          placeholder={props.placeholder ?? 'group:curated and not kind:table'}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          onChange={(event) => setTyped(event.target.value)}
          onFocus={() => setFocused(true)}
          onBlur={() => {
            setFocused(false);
            tell();
          }}
          onKeyDown={(event) => event.key === 'Enter' && tell()}
          onScroll={(event) => mirror.current?.scrollTo({ left: event.currentTarget.scrollLeft })}
        />
        {parsed && !parsed.error && <span className={styles.matched}>{number(parsed.matched)} matched</span>}
      </div>
      <div id={note} aria-live="polite">
        {(parsed?.error || (focused && parsed?.warnings?.length)) && (
          <Note parsed={parsed} text={typed} onTake={setTyped} />
        )}
      </div>
    </div>
  );
}

/** The text with what is wrong marked; it lies under the field and lines up with it. */
function Marked({ text, parsed }: { text: string; parsed: ParsedSelection | undefined }) {
  const fault = parsed?.error?.span ?? parsed?.warnings?.[0]?.span;
  if (!fault) return <>{text}</>;
  const lead = text.length - text.trimStart().length;
  const shifted = { start: fault.start + lead, end: fault.end + lead };
  const [before, piece, after] = sliceSpan(text, shifted);
  return (
    <span>
      {before}
      <mark className={parsed?.error ? undefined : styles.warning}>{piece}</mark>
      {after}
    </span>
  );
}

type NoteProps = { parsed: ParsedSelection; text: string; onTake: (text: string) => void };

function Note({ parsed, text, onTake }: NoteProps) {
  const { error, warnings = [] } = parsed;
  const lead = text.slice(0, text.length - text.trimStart().length);
  return (
    <div className={styles.note}>
      {error && (
        <div className={styles.fault}>
          <CircleAlert size={14} aria-hidden />
          <span>{error.message}</span>
        </div>
      )}
      {error?.hint && <div>{error.hint}</div>}
      {warnings.map((warning) => (
        <div key={`${warning.span.start}`}>
          <div className={styles.warn}>
            <TriangleAlert size={14} aria-hidden />
            <span>{warning.message}</span>
          </div>
          {warning.suggestions?.map((suggestion) => (
            <button
              key={suggestion}
              type="button"
              className={styles.suggestion}
              // The field keeps the focus, so that typing goes on.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onTake(lead + replaced(text.trim(), warning.span, suggestion))}
            >
              {suggestion}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}

function replaced(text: string, span: { start: number; end: number }, by: string): string {
  const [before, piece, after] = sliceSpan(text, span);
  // A suggestion is a value; the attribute that it belongs to stays.
  return before + piece.slice(0, piece.indexOf(':') + 1) + by + after;
}
