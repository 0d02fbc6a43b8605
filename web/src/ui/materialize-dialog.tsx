// Launching a run: what will run, the config of its steps, tags, and the command that does the same.
import { useMutation, useQueries, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useMemo, useState } from 'react';
import { launchCommand } from '@/api/commands';
import { ApiError } from '@/api/problem';
import { assetsQuery, deploymentsQuery, snapshotQuery } from '@/api/queries';
import type { Asset } from '@/api/types';
import { plural } from '@/lib/format';
import { type FormField, type FormTexts, formFields, readForm, readTags } from '@/lib/schema-form';
import { Button } from './button';
import { CliHint, cli } from './copy';
import { Dialog } from './dialog';
import { Field } from './field';
import fieldStyles from './field.module.css';
import styles from './materialize-dialog.module.css';
import { SchemaForm } from './schema-form';
import { Loaded, SkeletonRows } from './states';
import { StatusIcon } from './status';
import { toast } from './toast';

export type MaterializeDialogProps = {
  open: boolean;
  onClose: () => void;
  /** What to run, in the selection language; see `selectionOf` for a list of keys. */
  selection: string;
};

/** The selection of exactly these assets. */
export const selectionOf = (keys: readonly string[]): string => keys.map((key) => `key:"${key}"`).join(' or ');

export function MaterializeDialog({ open, onClose, selection }: MaterializeDialogProps) {
  const assets = useQuery({ ...assetsQuery(selection), enabled: open });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Materialize"
      description={assets.data && plural(assets.data.filter(runs).length, 'asset')}
    >
      <Loaded query={assets} what="The selection could not be read" skeleton={<SkeletonRows rows={4} />}>
        {(found) => <Launch key={selection} assets={found} selection={selection} onClose={onClose} />}
      </Loaded>
    </Dialog>
  );
}

/** External assets are known here and made elsewhere. */
const runs = (asset: Asset): boolean => asset.step !== undefined && asset.step !== null;

type StepForm = { step: string; fields: FormField[] };

/** The steps of the assets that take a config, from the definitions that are live. */
function useStepForms(assets: Asset[]): StepForm[] {
  const locations = useQuery(deploymentsQuery()).data?.[0]?.locations ?? [];
  const used = locations.filter(({ name }) => assets.some(({ location }) => location === name));
  const manifests = useQueries({ queries: used.map(({ snapshot }) => snapshotQuery(snapshot)) });
  const loaded = manifests.flatMap(({ data }) => data ?? []);
  const steps = new Set(assets.map(({ step }) => step));
  return loaded
    .flatMap((manifest) => manifest.steps)
    .filter(({ name, config_schema }) => config_schema !== undefined && steps.has(name))
    .map(({ name, config_schema }) => ({ step: name, fields: formFields(config_schema) }))
    .filter(({ fields }) => fields.length > 0);
}

type LaunchProps = { assets: Asset[]; selection: string; onClose: () => void };

function Launch({ assets, selection, onClose }: LaunchProps) {
  const forms = useStepForms(assets);
  const [texts, setTexts] = useState<Record<string, FormTexts>>({});
  const [tags, setTags] = useState('');
  const navigate = useNavigate();
  const launch = useMutation(launchCommand());
  const results = forms.map(({ step, fields }) => ({ step, ...readForm(fields, texts[step] ?? {}) }));
  const faulty = results.some(({ faults }) => Object.keys(faults).length > 0);
  const config = Object.fromEntries(
    results.filter(({ value }) => Object.keys(value).length > 0).map(({ step, value }) => [step, value]),
  );
  const makes = useMemo(() => assets.filter(runs), [assets]);
  const start = () => {
    const request = { selection, tags: readTags(tags), config };
    launch.mutate(request, {
      onSuccess: ({ run, steps, warnings }) => {
        toast({ tone: 'good', title: `Run started with ${plural(steps, 'step')}`, detail: warnings?.join(' ') });
        onClose();
        void navigate({ to: '/runs/$run', params: { run } });
      },
    });
  };
  const blocked = launch.isPending
    ? 'The run is being accepted'
    : makes.length === 0
      ? 'Nothing in this selection can be run here'
      : faulty && 'Some of the config is not right yet';
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!blocked) start();
      }}
    >
      <Preview assets={makes} />
      {forms.map(({ step, fields }, index) => (
        <fieldset key={step} className={styles.config}>
          <legend>Config of {step}</legend>
          <SchemaForm
            fields={fields}
            texts={texts[step] ?? {}}
            faults={results[index]?.faults ?? {}}
            onChange={(next) => setTexts({ ...texts, [step]: next })}
          />
        </fieldset>
      ))}
      <Field label="Tags of the run" help="One a line: name, or name=value">
        {(ids) => (
          <textarea
            {...ids}
            className={fieldStyles.input}
            rows={2}
            spellCheck={false}
            value={tags}
            onChange={(event) => setTags(event.target.value)}
          />
        )}
      </Field>
      <div>
        <div className={styles.label}>The same from a shell</div>
        <CliHint command={cli('materialize', selection, ...configWords(config), ...tagWords(tags))} />
      </div>
      {launch.error && <Refusal error={launch.error} />}
      <Button look="primary" icon={Play} type="submit" blocked={blocked}>
        Materialize {plural(makes.length, 'asset')}
      </Button>
    </form>
  );
}

const configWords = (config: Record<string, unknown>): string[] =>
  Object.entries(config).flatMap(([step, value]) => ['--config', `${step}=${JSON.stringify(value)}`]);

const tagWords = (text: string): string[] =>
  Object.entries(readTags(text)).flatMap(([name, value]) => ['--tag', `${name}=${value}`]);

const SHOWN = 200;

function Preview({ assets }: { assets: Asset[] }) {
  return (
    <div>
      <div className={styles.label}>What will run</div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard. */}
      <ul className={styles.preview} tabIndex={0} aria-label="Assets that will run">
        {assets.slice(0, SHOWN).map((asset) => (
          <li key={asset.key}>
            <StatusIcon kind="staleness" state={asset.staleness} size={14} />
            <span className="truncate">{asset.key}</span>
            <span className={styles.group}>{asset.group}</span>
          </li>
        ))}
        {assets.length > SHOWN && <li className="muted">and {plural(assets.length - SHOWN, 'more', 'more')}</li>}
      </ul>
    </div>
  );
}

function Refusal({ error }: { error: Error }) {
  const api = error instanceof ApiError ? error : undefined;
  return (
    <div className={styles.finding} role="alert">
      <p>{error.message}</p>
      {api?.hint && <p>{api.hint}</p>}
      {api?.problem?.findings?.map((finding) => (
        <p key={finding.message}>{finding.message}</p>
      ))}
    </div>
  );
}
