// The icons of the states on a canvas, in a square of 24. They say the same as the icons of states.ts.

const CIRCLE = 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0 -18';

const SHIELD = 'M12 2.8l7.5 2.9v6c0 4.6 -3 7.9 -7.5 9.5c-4.5 -1.6 -7.5 -4.9 -7.5 -9.5v-6z';

const SHAPES: Record<string, string> = {
  present: `${CIRCLE}M8 12.2l2.8 2.8l5.2 -5.6`,
  failed: `${CIRCLE}M9 9l6 6M15 9l-6 6`,
  in_progress: 'M12 3v4M12 17v4M3 12h4M17 12h4M5.6 5.6l2.9 2.9M15.5 15.5l2.9 2.9M5.6 18.4l2.9 -2.9',
  missing:
    'M10 3.2a9 9 0 0 1 4 0M19.8 7.5a9 9 0 0 1 1 4M20.3 15.3a9 9 0 0 1 -2.6 3.6M14 20.8a9 9 0 0 1 -4 0M6.3 18.9a9 9 0 0 1 -2.6 -3.6M3.2 11.5a9 9 0 0 1 1 -4',
  external: 'M13 4h7v7M20 4l-9 9M17 14v6h-13v-13h6',
  stale: 'M20 12a8 8 0 0 1 -14 5.3M4 12a8 8 0 0 1 14 -5.3M18 2.7v4h-4M6 21.3v-4h4',
  late: 'M12 6a7.5 7.5 0 1 0 0 15a7.5 7.5 0 1 0 0 -15M12 10v4l2.5 1.5M5 3l-3 3M19 3l3 3',
  check_failed: `${SHIELD}M9.5 9.5l5 5M14.5 9.5l-5 5`,
  check_warned: `${SHIELD}M12 8v4.5M12 16v0.2`,
};

const made = new Map<string, Path2D>();

function shape(state: string): Path2D {
  const there = made.get(state);
  if (there) return there;
  const path = new Path2D(SHAPES[state] ?? CIRCLE);
  made.set(state, path);
  return path;
}

export function paintGlyph(
  context: CanvasRenderingContext2D,
  state: string,
  x: number,
  y: number,
  size: number,
  colour: string,
): void {
  context.save();
  context.translate(x, y);
  context.scale(size / 24, size / 24);
  context.lineWidth = 2;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = colour;
  context.stroke(shape(state));
  context.restore();
}
