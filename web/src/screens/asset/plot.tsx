// One number over time, drawn by uPlot on a canvas. Its figures stand beside it as text, and all of them are in the history
// as a table.
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useColours } from '@/design/colours';
import { compact, plural } from '@/lib/format';
import type { Unit } from '@/lib/metadata';
import { useSize } from '@/lib/size';
import { absolute } from '@/lib/time';
import { inUnit } from '@/lib/units';
import styles from './plot.module.css';
import { lonely, timeMarks, timeRange, valueRange } from './plot-axis';
import { change, type PlotSeries, summaryOf } from './plot-data';

const COLOURS = ['ink-3', 'line', 'accent', 'surface'] as const;
type Colours = Record<(typeof COLOURS)[number], string>;

export type PlotProps = {
  series: PlotSeries;
  height?: number;
  /** Called with the version of the point that is clicked. */
  onPick?: (seq: number) => void;
};

export function Plot({ series, height = 120, onPick }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const colours = useColours(COLOURS);
  const [at, setAt] = useState<number | null>(null);
  const pick = useRef(onPick);
  const latest = useRef(series);
  useEffect(() => {
    pick.current = onPick;
    latest.current = series;
  });
  const plot = useRef<uPlot>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new data goes into the plot that is there, below.
  useEffect(() => {
    if (!box.current || width < 40) return;
    const drawn = new uPlot(options(series, width, height, colours, setAt), dataOf(series), box.current);
    drawn.over.addEventListener('click', () => {
      const seq = drawn.cursor.idx == null ? undefined : latest.current.seqs[drawn.cursor.idx];
      if (seq !== undefined) pick.current?.(seq);
    });
    plot.current = drawn;
    return () => {
      plot.current = undefined;
      drawn.destroy();
    };
  }, [width, height, colours, series.name, series.unit]);
  useEffect(() => plot.current?.setData(dataOf(series)), [series]);

  const summary = summaryOf(series);
  if (!summary) return null;
  const show = (value: number) => inUnit(value, series.unit);
  const hovered = at === null ? undefined : series.values[at];
  const count = series.values.filter((value) => value !== null).length;
  const words = `${series.name}: ${plural(count, 'point')}, last ${show(summary.last)}, least ${show(summary.least)}, most ${show(summary.most)}`;
  return (
    <figure className={styles.plot}>
      <figcaption className={styles.caption}>
        <span className={styles.name}>{series.name}</span>
        <span className={styles.value}>{hovered === null ? 'none' : show(hovered ?? summary.last)}</span>
        <span className={styles.note}>
          {at === null || hovered === undefined
            ? change(summary) && `${change(summary)} since the one before`
            : absolute(new Date((series.times[at] ?? 0) * 1_000))}
        </span>
      </figcaption>
      <div
        ref={box}
        className={styles.canvas}
        style={{ height, cursor: onPick ? 'pointer' : undefined }}
        role="img"
        aria-label={words}
      />
    </figure>
  );
}

const dataOf = ({ times, values }: PlotSeries): uPlot.AlignedData => [times, values];

/** Plots that show the same times move their cursors together. */
const together = uPlot.sync('asset');

function options(
  { name, unit }: PlotSeries,
  width: number,
  height: number,
  colours: Colours,
  onHover: (at: number | null) => void,
): uPlot.Options {
  const axis = {
    stroke: colours['ink-3'],
    font: '11px "IBM Plex Sans Variable", sans-serif',
    ticks: { show: false },
    grid: { stroke: colours.line, width: 1 },
  };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 10, 0, 0],
    cursor: {
      sync: { key: together.key },
      drag: { x: false, y: false },
      points: { size: 9, fill: colours.accent, stroke: colours.surface, width: 2 },
      y: false,
    },
    scales: {
      // From the points themselves: for a single one uPlot proposes nearly three years.
      x: { range: ({ data: [at] }) => timeRange(at[0] ?? null, at.at(-1) ?? null) },
      y: { range: (_, least, most) => valueRange(least, most) },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 90, size: 26, values: times },
      { ...axis, space: 34, size: axisWidth, values: (_, splits) => splits.map((each) => onAxis(each, unit)) },
    ],
    series: [
      {},
      {
        label: name,
        stroke: colours.accent,
        width: 1.5,
        points: {
          show: true,
          // Dots on a long line only hide it; where nothing is beside a point, there is no line.
          filter: (plot, at, show) =>
            plot.data[0].length < 60 ? null : show ? lonely(Array.from(plot.data[at] ?? [])) : [],
          size: 5,
          fill: colours.accent,
          stroke: colours.accent,
        },
        fill: `color-mix(in srgb, ${colours.accent} 12%, transparent)`,
      },
    ],
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? null)] },
  };
}

/** A number with room for few digits. */
const onAxis = (value: number, unit: Unit): string => {
  if (value === 0) return '0';
  return unit === 'plain' && Math.abs(value) >= 10_000 ? compact(value) : inUnit(value, unit);
};

const times: uPlot.Axis.DynamicValues = (_plot, splits, _axis, _space, step) => timeMarks(splits, step);

const axisWidth: uPlot.Axis.Size = (_plot, values) => {
  const longest = Math.max(0, ...(values ?? []).map((text) => text?.length ?? 0));
  return Math.max(40, longest * 6.5 + 12);
};
