import type { UseQueryResult } from '@tanstack/react-query';
import { CircleX, type LucideIcon, RotateCw } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError } from '@/api/problem';
import { cx } from '@/lib/class';
import { sentence } from '@/lib/format';
import { type Asked, useLastError } from '@/lib/last-error';
import { Button } from './button';
import styles from './states.module.css';

export type EmptyStateProps = {
  icon: LucideIcon;
  title: string;
  /** What this place is for and what to do next. */
  children: ReactNode;
  actions?: ReactNode;
};

export function EmptyState({ icon: Icon, title, children, actions }: EmptyStateProps) {
  return (
    <div className={styles.box}>
      <div className={styles.head}>
        <Icon size={18} aria-hidden />
        <h2>{title}</h2>
      </div>
      <div className={styles.text}>{children}</div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

export type ErrorStateProps = { error: unknown; what?: string; retry?: () => void; trying?: boolean };

/** What went wrong, what to do, and the code to look it up; `trying` says that it is being asked again by itself. */
export function ErrorState({ error, what = 'This could not be loaded', retry, trying = false }: ErrorStateProps) {
  const api = error instanceof ApiError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const known = api && api.status > 0 && api.code !== 'unexpected-answer';
  const slow = useLasting(trying, 300);
  return (
    <div className={cx(styles.box, styles.error)}>
      <div className={styles.alert} role="alert">
        <div className={styles.head}>
          <CircleX size={18} aria-hidden />
          <h2>{what}</h2>
        </div>
        <p className={styles.text}>{sentence(message)}</p>
        {api?.hint && <p className={styles.text}>{sentence(api.hint)}</p>}
        {api && (
          <p className={styles.code}>
            Code{' '}
            {known ? (
              <a href={`/errors/${api.code}`} target="_blank" rel="noreferrer">
                <code>{api.code}</code>
              </a>
            ) : (
              <code>{api.code}</code>
            )}
          </p>
        )}
      </div>
      {/* Outside of the alert, which would be read out again with each change of the button. */}
      {retry && (
        <div className={styles.actions}>
          <Button icon={RotateCw} onClick={retry} data-trying={slow ? '' : undefined} className={styles.retry}>
            {slow ? 'Trying again' : 'Try again'}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Whether something has been so for a while: what is over in a moment would only flicker. */
function useLasting(so: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!so) return;
    const timer = setTimeout(() => setLasting(true), ms);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [so, ms]);
  return lasting;
}

export type SkeletonProps = { width?: string; height?: string };

export const Skeleton = ({ width = '100%', height = '0.875rem' }: SkeletonProps) => (
  <span className={styles.skeleton} style={{ width, height }} aria-hidden />
);

const WIDTHS = ['72%', '88%', '64%', '80%', '92%', '58%', '76%', '84%'];

export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  return (
    <div className={styles.rows} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same.
        <Skeleton key={row} width={WIDTHS[row % WIDTHS.length]} />
      ))}
    </div>
  );
}

export type LoadedProps<T> = {
  query: Pick<UseQueryResult<T>, 'refetch' | 'isFetching'> & Asked & { data: T | undefined };
  what?: string;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
};

/** Shows what a query gave: a skeleton before, an error instead, and the data as long as there is any. */
export function Loaded<T>({ query, what, skeleton, children }: LoadedProps<T>) {
  const error = useLastError(query);
  if (error) {
    const retry = () => void query.refetch();
    return <ErrorState error={error} what={what} retry={retry} trying={query.isFetching} />;
  }
  if (query.data !== undefined) return <>{children(query.data)}</>;
  return <>{skeleton ?? <SkeletonRows />}</>;
}
