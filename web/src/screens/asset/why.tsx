// How the asset is and why, each reason with the way to what is behind it.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  AlarmClock,
  CircleCheck,
  CircleDashed,
  CircleX,
  Loader,
  type LucideIcon,
  RefreshCw,
  ShieldX,
  SkipForward,
  TriangleAlert,
  Unlink,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { stepsQuery } from '@/api/queries';
import type { AssetDetail, StaleCause } from '@/api/types';
import { lookOf, type Tone } from '@/design/states';
import { plural, shortId } from '@/lib/format';
import { duration } from '@/lib/time';
import { ErrorText } from '@/ui/error-text';
import { AssetLink, RunLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { Time } from '@/ui/time';
import type { Reason } from './reasons';
import styles from './why.module.css';

export type WhyProps = { asset: AssetDetail; reasons: Reason[] };

export function Why({ asset, reasons }: WhyProps) {
  return (
    <Panel title={reasons.length === 0 ? 'How it is' : 'How it is, and why'}>
      <ul className={styles.list}>
        {reasons.length === 0 && <Well asset={asset} />}
        {reasons.map((reason) => (
          <ReasonItem key={keyOf(reason)} reason={reason} assetKey={asset.key} />
        ))}
      </ul>
    </Panel>
  );
}

const keyOf = (reason: Reason): string => {
  if (reason.kind === 'check') return `check ${reason.check.name}`;
  if (reason.kind === 'stale') return `stale ${reason.cause.kind} ${reason.cause.asset}`;
  if (reason.kind === 'upstream') return `upstream ${reason.key}`;
  return reason.kind;
};

function Well({ asset }: { asset: AssetDetail }) {
  const checks = asset.checks?.length ?? 0;
  const passed = checks > 0 ? `, and ${checks === 1 ? 'its check passed' : `its ${checks} checks passed`}` : '';
  if (asset.role === 'external' && !asset.latest) {
    return (
      <Item tone="none" icon={CircleDashed} title="Something else makes it">
        It is known here so that lineage is whole. Report a version with <code>headwater asset report</code> when it
        changes.
      </Item>
    );
  }
  return (
    <Item tone="good" icon={CircleCheck} title="Up to date">
      It is made from the code and the inputs that are there now{passed}.
    </Item>
  );
}

type ItemProps = { tone: Tone; icon: LucideIcon; title: ReactNode; children?: ReactNode };

function Item({ tone, icon: Icon, title, children }: ItemProps) {
  return (
    <li className={styles.item} style={{ '--tone': `var(--${tone}-ink)` } as React.CSSProperties}>
      <Icon size={16} aria-hidden className={styles.icon} />
      <div className={styles.words}>
        <div className={styles.title}>{title}</div>
        {children && <div className={styles.more}>{children}</div>}
      </div>
    </li>
  );
}

function ReasonItem({ reason, assetKey }: { reason: Reason; assetKey: string }) {
  switch (reason.kind) {
    case 'running':
      return (
        <Item tone="busy" icon={Loader} title="A run is about to make it">
          {lookOf('step', reason.state).label} in run <StepLink run={reason.run} step={reason.step} />
        </Item>
      );
    case 'failed':
      return (
        <Item tone="bad" icon={CircleX} title="It could not be made the last time">
          <Time at={reason.at} /> in run <RunLink run={reason.run} />
          <FailureOf run={reason.run} assetKey={assetKey} />
        </Item>
      );
    case 'check':
      return <CheckReason reason={reason} assetKey={assetKey} />;
    case 'late':
      return (
        <Item tone="late" icon={AlarmClock} title="Its data is older than it may be">
          It may be {duration(reason.limit)} old and is late since <Time at={new Date(reason.dueAt)} form="absolute" />.
        </Item>
      );
    case 'soon':
      return (
        <Item tone="warn" icon={AlarmClock} title="It will be late soon">
          It should be made anew before <Time at={new Date(reason.dueAt)} form="absolute" />.
        </Item>
      );
    case 'skipped':
      return (
        <Item tone="warn" icon={SkipForward} title="The latest run passed it over">
          <Time at={reason.at} /> in run <StepLink run={reason.run} step={reason.step} />: {reason.cause}
        </Item>
      );
    case 'missing':
      return (
        <Item tone="none" icon={CircleDashed} title="It was never made">
          Materialize it, or switch on a schedule that selects it.
        </Item>
      );
    case 'upstream':
      return (
        <Item tone="bad" icon={Unlink} title="What it is made from could not be made">
          <AssetLink assetKey={reason.key} />
        </Item>
      );
    case 'stale':
      return <Stale cause={reason.cause} />;
  }
}

const StepLink = ({ run, step }: { run: string; step: number }) => (
  <Link to="/runs/$run" params={{ run }} search={{ step }} className="mono" title={run}>
    {shortId(run)}
  </Link>
);

function CheckReason({ reason, assetKey }: { reason: Extract<Reason, { kind: 'check' }>; assetKey: string }) {
  const { check, word } = reason;
  const failed = word === 'failed';
  return (
    <Item
      tone={failed ? 'bad' : 'warn'}
      icon={failed ? ShieldX : TriangleAlert}
      title={
        <>
          Check{' '}
          <Link to="/assets/$" params={{ _splat: assetKey }} search={{ tab: 'checks', check: check.name }}>
            {check.name}
          </Link>{' '}
          {failed ? 'failed' : 'warns'}
        </>
      }
    >
      <p>
        {check.latest?.description || check.description}
        <span className={styles.when}>
          <Time at={check.latest?.at} />
        </span>
      </p>
      {failed && check.blocking && <p>It holds back what is downstream.</p>}
    </Item>
  );
}

const STALE_TITLES: Record<StaleCause['kind'], string> = {
  code: 'Its code changed',
  data: 'What it is made from changed',
  dependencies: 'It is made from other assets than before',
};

function Stale({ cause }: { cause: StaleCause }) {
  return (
    <Item tone="warn" icon={RefreshCw} title={STALE_TITLES[cause.kind] ?? 'It is stale'}>
      {cause.asset ? <AssetLink assetKey={cause.asset} /> : cause.message}
      {cause.was && cause.now && (
        <span className={styles.versions}>
          <span title={`Made from ${cause.was}`}>{cause.was.slice(0, 8)}</span>
          <span aria-hidden>→</span>
          <span className="sr-only">is now</span>
          <span title={`Now ${cause.now}`}>{cause.now.slice(0, 8)}</span>
        </span>
      )}
      {cause.asset && !cause.was && <span> {cause.message}</span>}
    </Item>
  );
}

/** What the step that makes the asset said when it failed. */
function FailureOf({ run, assetKey }: { run: string; assetKey: string }) {
  const { data } = useQuery(stepsQuery(run));
  const step = data?.find(({ assets, failure }) => failure && assets.includes(assetKey));
  if (!step?.failure) return null;
  return (
    <>
      <ErrorText text={step.failure.message} />
      <div className={styles.links}>
        <span className="muted">{plural(step.attempt, 'attempt')}</span>
        <Link to="/runs/$run" params={{ run }} search={{ tab: 'logs', step: step.no }}>
          Read its log
        </Link>
      </div>
    </>
  );
}
