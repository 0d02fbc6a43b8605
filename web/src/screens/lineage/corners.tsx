// What lies over the corners of the graph.
import { Maximize, Minus, Play, Plus, X } from 'lucide-react';
import type { RefObject } from 'react';
import { plural } from '@/lib/format';
import { Button, IconButton } from '@/ui/button';
import { StatusBadge } from '@/ui/status';
import type { CanvasHandle } from './canvas';
import styles from './lineage.module.css';

export function ZoomButtons({ canvas }: { canvas: RefObject<CanvasHandle | null> }) {
  return (
    <div className={styles.zoom}>
      <IconButton icon={Plus} label="Come closer (+)" onClick={() => canvas.current?.zoom(1.4)} />
      <IconButton icon={Minus} label="Go away (−)" onClick={() => canvas.current?.zoom(1 / 1.4)} />
      <IconButton icon={Maximize} label="See everything (0)" onClick={() => canvas.current?.fit()} />
    </div>
  );
}

const SHOWN = ['present', 'failed', 'check_failed', 'check_warned', 'in_progress', 'missing', 'stale', 'late'];

export const Legend = () => (
  <div className={styles.legend} aria-hidden>
    {SHOWN.map((state) => (
      <StatusBadge key={state} kind="asset" state={state} shape="plain" />
    ))}
  </div>
);

type ChosenBarProps = { count: number; onMaterialize: () => void; onClear: () => void };

export function ChosenBar({ count, onMaterialize, onClear }: ChosenBarProps) {
  return (
    <div className={styles.chosen} role="status">
      {plural(count, 'asset')} chosen
      <Button look="primary" icon={Play} onClick={onMaterialize}>
        Materialize
      </Button>
      <IconButton icon={X} label="Choose none" onClick={onClear} />
    </div>
  );
}
