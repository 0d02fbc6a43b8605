import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { shortId } from '@/lib/format';
import { IconButton } from './button';
import styles from './copy.module.css';
import { toast } from './toast';

/** Puts text on the clipboard; says whether that worked, which it may not without TLS. */
export function useCopy(): [copied: boolean, copy: (text: string) => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string) => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const failed = () =>
      toast({ tone: 'bad', title: 'Not copied', detail: `The browser refused it. The text: ${text}` });
    if (!clipboard) return failed();
    clipboard.writeText(text).then(() => setCopied(true), failed);
  };
  return [copied, copy];
}

export type CopyIdProps = { id: string; what?: string; form?: 'short' | 'whole' };

/** An id that is copied when it is pressed. */
export function CopyId({ id, what = 'id', form = 'short' }: CopyIdProps) {
  const [copied, copy] = useCopy();
  return (
    <button
      type="button"
      className={styles.copy}
      title={id}
      aria-label={copied ? 'Copied' : `Copy ${what} ${id}`}
      onClick={() => copy(id)}
    >
      <span className="mono truncate">{form === 'short' ? shortId(id) : id}</span>
      {copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />}
    </button>
  );
}

/** The command that does the same, ready to be copied. */
export function CliHint({ command }: { command: string }) {
  const [copied, copy] = useCopy();
  return (
    <div className={styles.cli}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard. */}
      <code tabIndex={0}>{command}</code>
      <IconButton
        icon={copied ? Check : Copy}
        label={copied ? 'Copied' : 'Copy the command'}
        size="small"
        onClick={() => copy(command)}
      />
    </div>
  );
}

const SAFE = /^[\w@%+=:,./-]+$/;

/** A word as a shell takes it: quoted where it has to be. */
export const quoted = (word: string): string => (SAFE.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A command line of this product. */
export const cli = (...words: string[]): string => ['headwater', ...words.map(quoted)].join(' ');
