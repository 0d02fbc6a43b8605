// A log with what one does to a log: follow it, search it, jump to what went wrong, take it home.
import { ArrowDown, ArrowDownToLine, ArrowUp, Check, CircleX, Copy, Download, WrapText } from 'lucide-react';
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { authorization, DEPLOYMENT } from '@/api/client';
import type { LogPlace } from '@/api/queries';
import { number, plural, shortId } from '@/lib/format';
import { bytes } from '@/lib/units';
import { Button, IconButton } from '@/ui/button';
import { useCopy } from '@/ui/copy';
import { SearchInput } from '@/ui/field';
import { ErrorState, SkeletonRows } from '@/ui/states';
import { toastError } from '@/ui/toast';
import { errorLines, findAll, formatRecord, type Match, MOST_MATCHES } from './lines';
import { LogLines, type LogLinesHandle } from './log-lines';
import styles from './logs.module.css';
import { type LogState, useLog } from './use-log';

export type LogViewProps = {
  place: LogPlace;
  name: string;
  /** Whether more may be written. */
  live: boolean;
  search: string;
  onSearch: (text: string) => void;
};

export function LogView({ place, name, live, search, onSearch }: LogViewProps) {
  const log = useLog(place, live, place.stream === 'log' ? formatRecord : undefined);
  const { lines } = log;
  const view = useRef<LogLinesHandle>(null);
  const [wrap, setWrap] = useState(false);
  const [follow, setFollow] = useState(true);
  const [at, setAt] = useState(0);
  const [visited, setVisited] = useState<string>();
  const [marked, setMarked] = useState<number>();
  const wanted = useDeferredValue(search);
  const matches = useMemo(() => findAll(lines, wanted), [lines, wanted]);
  const errors = useMemo(() => errorLines(lines), [lines]);
  const current = matches[visited === wanted ? Math.min(at, matches.length - 1) : 0];
  const show = (line: number) => {
    setFollow(false);
    view.current?.show(line);
  };
  const step = (by: number) => {
    if (matches.length === 0) return;
    // The first step for a new text goes to its first match.
    const from = visited === wanted ? Math.min(at, matches.length - 1) + by : 0;
    const next = (from + matches.length) % matches.length;
    setVisited(wanted);
    setAt(next);
    show(matches[next]?.line ?? 0);
  };
  const toError = () => {
    const next = errors.find((line) => line > (marked ?? -1)) ?? errors[0];
    if (next === undefined) return;
    setMarked(next);
    show(next);
  };
  return (
    <div className={styles.view}>
      <div className={styles.tools}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: it hears keys that the field does not use. */}
        <div
          className={styles.search}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            step(event.shiftKey ? -1 : 1);
          }}
        >
          <SearchInput label="Search this log" value={search} onChange={onSearch} />
          <Found matches={matches} current={current} text={wanted} />
          <IconButton icon={ArrowUp} label="Match before" size="small" onClick={() => step(-1)} />
          <IconButton icon={ArrowDown} label="Next match" size="small" onClick={() => step(1)} />
        </div>
        <Button
          icon={CircleX}
          size="small"
          blocked={errors.length === 0 && 'No line speaks of an error'}
          onClick={toError}
        >
          {errors.length > 1 ? `Next of ${number(errors.length)} errors` : 'Jump to error'}
        </Button>
        <span className={styles.end}>
          <Status log={log} />
          <IconButton
            icon={ArrowDownToLine}
            label="Follow the end"
            size="small"
            aria-pressed={follow}
            onClick={() => setFollow(!follow)}
          />
          <IconButton
            icon={WrapText}
            label="Wrap long lines"
            size="small"
            aria-pressed={wrap}
            onClick={() => setWrap(!wrap)}
          />
          <CopyAll texts={() => lines.map(({ text }) => text).join('\n')} />
          <IconButton
            icon={Download}
            label="Download all of it"
            size="small"
            onClick={() => void download(place, name)}
          />
        </span>
      </div>
      {log.from > 0 && (
        <div className={styles.earlier}>
          <span>The first {bytes(log.from)} are not loaded.</span>
          <Button size="small" blocked={log.loadingEarlier && 'It is being loaded'} onClick={log.earlier}>
            Load what is before
          </Button>
        </div>
      )}
      {log.error ? (
        <ErrorState error={log.error} what="The log could not be read" />
      ) : lines.length > 0 ? (
        <LogLines
          ref={view}
          label={`${place.stream} of ${name}`}
          lines={lines}
          wrap={wrap}
          matches={matches}
          current={current}
          marked={marked}
          follow={follow}
          onFollow={setFollow}
        />
      ) : (
        <Nothing log={log} stream={place.stream} />
      )}
    </div>
  );
}

function Found({ matches, current, text }: { matches: Match[]; current: Match | undefined; text: string }) {
  if (text === '') return null;
  const many = matches.length >= MOST_MATCHES ? `${number(MOST_MATCHES)}+` : number(matches.length);
  return (
    <span className={styles.found} role="status">
      {current ? `${number(matches.indexOf(current) + 1)} of ${many}` : 'none'}
    </span>
  );
}

function Status({ log }: { log: LogState }) {
  if (log.status === 'following') return <span className={styles.live}>Live</span>;
  if (log.status === 'lost') return <span className={styles.lost}>Connecting again</span>;
  return (
    <span className={styles.size}>
      {plural(log.lines.length, 'line')}, {bytes(log.next - log.from)}
    </span>
  );
}

function Nothing({ log, stream }: { log: LogState; stream: string }) {
  if (log.status === 'loading') return <SkeletonRows rows={6} />;
  const where = stream === 'log' ? 'the structured log' : stream;
  const words =
    log.status === 'ended' ? `It wrote nothing to ${where}.` : `Nothing yet. What it writes to ${where} appears here.`;
  return <p className={styles.nothing}>{words}</p>;
}

function CopyAll({ texts }: { texts: () => string }) {
  const [copied, copy] = useCopy();
  return (
    <IconButton
      icon={copied ? Check : Copy}
      label={copied ? 'Copied' : 'Copy what is loaded'}
      size="small"
      onClick={() => copy(texts())}
    />
  );
}

const CHUNK = 1_048_576;

/** Saves the whole stream, as its bytes are. The address needs a token, so it cannot be a link. */
async function download({ run, step, stream, attempt }: LogPlace, name: string): Promise<void> {
  const parts: Blob[] = [];
  const address = `/api/v1/deployments/${DEPLOYMENT}/runs/${run}/steps/${step}/logs/${stream}`;
  try {
    for (let offset = 0; ; ) {
      const query = new URLSearchParams({ offset: String(offset), limit: String(CHUNK) });
      if (attempt) query.set('attempt', String(attempt));
      const response = await fetch(`${address}?${query}`, { headers: { accept: 'text/plain', ...authorization() } });
      if (!response.ok) throw new Error(`The server answered ${response.status}`);
      const blob = await response.blob();
      parts.push(blob);
      const next = Number(response.headers.get('x-headwater-next'));
      if (blob.size === 0 || !(next > offset)) break;
      offset = next;
    }
  } catch (error) {
    return toastError('The log could not be downloaded', error);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts, { type: 'text/plain' }));
  link.download = `${name.replaceAll(/[^\w.-]+/g, '-')}-${shortId(run)}-${stream}.log`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
