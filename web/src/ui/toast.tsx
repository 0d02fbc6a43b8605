// Short messages at the edge of the page. One list for the whole page, so that any code can say something.
import { CircleCheck, CircleX, Info, X } from 'lucide-react';
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { ApiError } from '@/api/problem';
import { cx } from '@/lib/class';
import { IconButton } from './button';
import styles from './toast.module.css';

export type ToastContent = { tone?: 'good' | 'bad' | 'plain'; title: string; detail?: ReactNode };
type Shown = ToastContent & { id: number };

let shown: readonly Shown[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

export function toast(content: ToastContent): void {
  lastId += 1;
  set([...shown, { ...content, id: lastId }].slice(-4));
}

/** Says that something was refused, with what to do. */
export function toastError(title: string, error: unknown): void {
  const detail = error instanceof ApiError ? [error.message, error.hint].filter(Boolean).join(' ') : String(error);
  toast({ tone: 'bad', title, detail });
}

const dismiss = (id: number) => set(shown.filter((each) => each.id !== id));

const ICONS = { good: CircleCheck, bad: CircleX, plain: Info };
const SHOWN_MS = { good: 6_000, plain: 6_000, bad: 15_000 };

export function Toaster() {
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <section className={styles.viewport} aria-label="Messages" aria-live="polite">
      {toasts.map((each) => (
        <Item key={each.id} toast={each} />
      ))}
    </section>
  );
}

function Item({ toast: { id, tone = 'plain', title, detail } }: { toast: Shown }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), SHOWN_MS[tone]);
    return () => clearTimeout(timer);
  }, [id, tone]);
  const Icon = ICONS[tone];
  return (
    <div className={cx(styles.toast, tone !== 'plain' && styles[tone])}>
      <Icon size={16} aria-hidden className={styles.icon} />
      <span className={styles.title}>{title}</span>
      <IconButton icon={X} label="Dismiss" size="small" onClick={() => dismiss(id)} />
      {detail && <span className={styles.body}>{detail}</span>}
    </div>
  );
}
