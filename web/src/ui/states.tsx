import type { UseQueryResult } from '@tanstack/react-query';
import { CircleX, type LucideIcon, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { cx } from '@/lib/class';
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

export type ErrorStateProps = { error: unknown; what?: string; retry?: () => void };

/** What went wrong, what to do, and the code to look it up. */
export function ErrorState({ error, what = 'This could not be loaded', retry }: ErrorStateProps) {
  const api = error instanceof ApiError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const known = api && api.status > 0 && api.code !== 'unexpected-answer';
  return (
    <div className={cx(styles.box, styles.error)} role="alert">
      <div className={styles.head}>
        <CircleX size={18} aria-hidden />
        <h2>{what}</h2>
      </div>
      <p className={styles.text}>{message}</p>
      {api?.hint && <p className={styles.text}>{api.hint}</p>}
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
      {retry && (
        <div className={styles.actions}>
          <Button icon={RotateCw} onClick={retry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
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
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  what?: string;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
};

/** Shows what a query gave: a skeleton before, an error instead, and the data as long as there is any. */
export function Loaded<T>({ query, what, skeleton, children }: LoadedProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} what={what} retry={() => void query.refetch()} />;
  return <>{skeleton ?? <SkeletonRows />}</>;
}
