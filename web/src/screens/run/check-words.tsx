import styles from './run.module.css';
import type { StepMark } from './step-checks';

/** What the checks of a step found that did not pass, in their own words. */
export function CheckWords({ mark: { checks } }: { mark: StepMark }) {
  if (!checks.some(({ said }) => said)) return null;
  return (
    <ul>
      {checks.map(({ asset, check, said }) => (
        <li key={`${asset} ${check}`} className={styles.anywhere}>
          <b>{check}</b>
          {said && `: ${said}`}
        </li>
      ))}
    </ul>
  );
}
