import { type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { useColours } from '@/design/colours';
import { plural } from '@/lib/format';
import { useNarrow } from '@/lib/media';
import { useSize } from '@/lib/size';
import styles from './lineage.module.css';
import { alsoOf, type GraphModel, isGroup, stateOf, wordsOf } from './model';
import { type Direction, neighbour } from './moves';
import { COLOURS } from './paint';
import { Stage } from './stage';

/** What the buttons around the canvas make it do. */
export type CanvasHandle = { fit: () => void; zoom: (factor: number) => void; show: (key: string) => void };

export type CanvasProps = {
  ref: Ref<CanvasHandle>;
  model: GraphModel;
  focus: string | undefined;
  chosen: ReadonlySet<string>;
  onFocus: (key: string | undefined) => void;
  /** Opens an asset, or the group that a node stands for. */
  onOpen: (key: string) => void;
  onChoose: (keys: ReadonlySet<string>) => void;
  onMaterialize: () => void;
};

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export function GraphCanvas(props: CanvasProps) {
  const { ref, model, focus, chosen } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Stage>();
  const size = useSize(frame);
  const colours = useColours(COLOURS);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!canvas.current) return;
    const keyOf = (number: number) => latest.current.model.nodes[number]?.key ?? '';
    const made = new Stage(canvas.current, {
      onPick: (number) => latest.current.onFocus(number === undefined ? undefined : keyOf(number)),
      onOpen: (number) => latest.current.onOpen(keyOf(number)),
      onToggle: (number) => latest.current.onChoose(toggled(latest.current.chosen, keyOf(number))),
      onLasso: (numbers) => latest.current.onChoose(new Set([...latest.current.chosen, ...numbers.map(keyOf)])),
    });
    setStage(made);
    void document.fonts.load('500 13px "IBM Plex Sans Variable"').then(() => made.fontsCame());
    return () => made.destroy();
  }, []);

  const number = model.numberOf(focus);
  const lit = useMemo(() => {
    if (number === undefined) return undefined;
    const { up, down } = model.reach(number);
    return new Set([...up, ...down]);
  }, [model, number]);
  const chosenNumbers = useMemo(
    () => new Set([...chosen].flatMap((key) => model.numberOf(key) ?? [])),
    [model, chosen],
  );
  useEffect(() => stage?.paintIn(colours), [stage, colours]);
  useEffect(() => stage?.resize(size), [stage, size]);
  useEffect(() => stage?.show(model), [stage, model]);
  // The panel of what is in focus lies over the graph: beside it, or below on a phone.
  const narrow = useNarrow();
  useEffect(() => {
    if (!stage || number === undefined) return;
    stage.cover(narrow ? { right: 0, bottom: size.height * 0.55 } : { right: 320, bottom: 0 });
    if (size.width > 0) stage.reveal(number, 'barely');
  }, [stage, number, narrow, size]);
  useEffect(() => stage?.mark({ focus: number, chosen: chosenNumbers, lit }), [stage, number, chosenNumbers, lit]);

  useImperativeHandle(ref, () => ({
    fit: () => stage?.fit(),
    zoom: (factor) => stage?.zoom(factor),
    show: (key) => {
      const target = model.numberOf(key);
      if (target !== undefined) stage?.reveal(target, 'closely');
    },
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (!heard(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  /** Does what a key is for; whether it was for the graph. */
  const heard = (key: string): boolean => {
    const direction = ARROWS[key];
    if (direction) {
      const next = number === undefined ? stage?.first() : neighbour(model, number, direction);
      if (next === undefined) return true;
      props.onFocus(model.nodes[next]?.key);
      return true;
    }
    if (key === '+' || key === '=') stage?.zoom(1.4);
    else if (key === '-') stage?.zoom(1 / 1.4);
    else if (key === '0') stage?.fit();
    else if (key === 'm') props.onMaterialize();
    else if (key === 'Enter' && focus !== undefined) props.onOpen(focus);
    else if (key === ' ' && focus !== undefined) props.onChoose(toggled(chosen, focus));
    else if (key === 'Escape' && (focus !== undefined || chosen.size > 0)) {
      if (focus !== undefined) props.onFocus(undefined);
      else props.onChoose(new Set());
    } else return false;
    return true;
  };
  return (
    <div ref={frame} className={styles.frame}>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the canvas takes keys as an application does. */}
      <canvas
        ref={canvas}
        className={styles.canvas}
        tabIndex={0}
        role="application"
        aria-label={`Lineage of ${plural(model.nodes.length, 'node')}. Arrow keys go from one to the next. The list shows the same as a table.`}
        onKeyDown={onKeyDown}
      />
      <div className="sr-only" aria-live="polite">
        {number !== undefined && <Spoken model={model} number={number} chosen={chosenNumbers.has(number)} />}
      </div>
    </div>
  );
}

function Spoken({ model, number, chosen }: { model: GraphModel; number: number; chosen: boolean }) {
  const node = model.nodes[number];
  if (!node) return null;
  const words = [
    isGroup(node) ? `Group ${node.group}, ${plural(node.counts?.total ?? 0, 'asset')}` : node.key,
    ...[stateOf(node), ...alsoOf(node)].map((state) => wordsOf(node, state)),
    `${model.up[number]?.length ?? 0} upstream`,
    `${model.down[number]?.length ?? 0} downstream`,
    chosen && 'chosen',
  ];
  return words.filter(Boolean).join(', ');
}

export function toggled(chosen: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(key)) next.add(key);
  return next;
}
