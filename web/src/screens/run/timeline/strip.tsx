// The whole run on a strip: how many steps ran at each moment. A part that is dragged over becomes the view.
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { useColours } from '@/design/colours';
import { loadOver, type Row } from './model';
import styles from './timeline.module.css';
import { between, type View } from './view';

const COLOURS = ['busy-fill', 'line', 'accent', 'selected'] as const;
const HEIGHT = 34;

export type StripProps = {
  rows: readonly Row[];
  whole: View;
  view: View;
  width: number;
  now: number;
  onView: (view: View) => void;
};

export function Strip({ rows, whole, view, width, now, onView }: StripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = useColours(COLOURS);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const toTime = (x: number) => whole.from + (x / width) * (whole.to - whole.from);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width <= 0) return;
    const ratio = devicePixelRatio;
    canvas.current.width = width * ratio;
    canvas.current.height = HEIGHT * ratio;
    context.scale(ratio, ratio);
    context.clearRect(0, 0, width, HEIGHT);
    const load = loadOver(rows, whole.from, whole.to, Math.floor(width / 2), now);
    const most = Math.max(1, ...load);
    const toX = (at: number) => ((at - whole.from) / (whole.to - whole.from)) * width;
    const [from, to] = drag
      ? [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
      : [toX(view.from), toX(view.to)];
    const partial = drag !== undefined || to - from < width - 1;
    if (partial) {
      context.fillStyle = colours.selected;
      context.fillRect(from, 0, to - from, HEIGHT);
    }
    context.fillStyle = colours['busy-fill'];
    for (const [at, running] of load.entries()) {
      const height = (running / most) * (HEIGHT - 4);
      context.fillRect(at * 2, HEIGHT - height, 2, height);
    }
    if (partial) {
      context.strokeStyle = colours.accent;
      context.lineWidth = 1.5;
      context.strokeRect(from + 0.75, 0.75, Math.max(1, to - from - 1.5), HEIGHT - 1.5);
    }
  }, [rows, whole.from, whole.to, view.from, view.to, width, now, colours, drag]);

  const xOf = (event: PointerEvent<HTMLCanvasElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(width, event.clientX - left));
  };
  return (
    <canvas
      ref={canvas}
      className={styles.strip}
      style={{ width, height: HEIGHT }}
      role="img"
      aria-label="How many steps ran at each moment. Drag to look closer."
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const x = xOf(event);
        setDrag({ from: x, to: x });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: xOf(event) })}
      onPointerUp={() => {
        // A click without a drag goes back to all of it.
        if (drag)
          onView(Math.abs(drag.to - drag.from) < 4 ? whole : between(toTime(drag.from), toTime(drag.to), whole));
        setDrag(undefined);
      }}
    />
  );
}
