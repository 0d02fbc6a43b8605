import styles from './error-text.module.css';

/** What was said when something failed, letter for letter. A long text scrolls, so that it can be reached by keyboard. */
export const ErrorText = ({ text, label = 'Error' }: { text: string; label?: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard.
  // biome-ignore lint/a11y/useSemanticElements: it is a group only so that it can have a name.
  <pre className={styles.error} tabIndex={0} role="group" aria-label={label}>
    {text}
  </pre>
);
