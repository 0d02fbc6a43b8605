import { type ReactNode, useEffect, useId } from 'react';
import { cx } from '@/lib/class';
import styles from './page.module.css';

export type PageProps = {
  title: string;
  /** Where the page belongs, above its title: a way back. */
  above?: ReactNode;
  /** What the title shows, if more than its text. */
  heading?: ReactNode;
  /** One line below the title. */
  below?: ReactNode;
  actions?: ReactNode;
  /** `flow` scrolls as a whole; `fill` is as high as the window and scrolls inside. */
  height?: 'flow' | 'fill';
  children: ReactNode;
};

export function Page({ title, above, heading, below, actions, height = 'flow', children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Headwater`;
  }, [title]);
  return (
    <div className={cx(styles.page, height === 'fill' && styles.fill)}>
      <header className={styles.head}>
        <div className={styles.titles}>
          {above && <div className={styles.above}>{above}</div>}
          <h1>{heading ?? title}</h1>
          {below}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export type PanelProps = {
  title?: ReactNode;
  actions?: ReactNode;
  /** `padded` for text; tables and lists reach to the edge. */
  inside?: 'flush' | 'padded';
  height?: 'content' | 'fill';
  children: ReactNode;
};

/** A part of a page with a border and a title. */
export function Panel({ title, actions, inside = 'flush', height = 'content', children }: PanelProps) {
  const id = useId();
  return (
    <section
      className={cx(styles.panel, height === 'fill' && styles.fillPanel)}
      aria-labelledby={title ? id : undefined}
    >
      {(title || actions) && (
        <header className={styles.panelHead}>
          <h2 id={id}>{title}</h2>
          {actions}
        </header>
      )}
      {inside === 'padded' ? <div className={styles.padded}>{children}</div> : children}
    </section>
  );
}
