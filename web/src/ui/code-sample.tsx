import { Check, Copy } from 'lucide-react';
import { IconButton } from './button';
import styles from './code-sample.module.css';
import { useCopy } from './copy';

export type CodeSampleProps = { code: string; label: string };

/** Some lines of code to start from. */
export function CodeSample({ code, label }: CodeSampleProps) {
  const [copied, copy] = useCopy();
  return (
    <div className={styles.sample}>
      {/* biome-ignore lint/a11y/useSemanticElements: it is a group only so that it can have a name. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard. */}
      <pre tabIndex={0} role="group" aria-label={label}>
        <code>{code}</code>
      </pre>
      <IconButton
        icon={copied ? Check : Copy}
        label={copied ? 'Copied' : 'Copy the code'}
        size="small"
        onClick={() => copy(code)}
      />
    </div>
  );
}
