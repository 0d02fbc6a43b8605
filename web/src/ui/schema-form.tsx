import type { FormField, FormTexts } from '@/lib/schema-form';
import { Field, SelectInput, TextInput } from './field';
import styles from './field.module.css';

export type SchemaFormProps = {
  fields: FormField[];
  texts: FormTexts;
  faults: Record<string, string>;
  onChange: (texts: FormTexts) => void;
};

/** A form for the config of a step. */
export function SchemaForm({ fields, texts, faults, onChange }: SchemaFormProps) {
  return fields.map((field) => (
    <Field key={field.label} label={field.label} help={field.help} fault={faults[field.label]}>
      {(ids) => (
        <Control
          field={field}
          ids={ids}
          text={texts[field.label] ?? field.initial}
          onChange={(text) => onChange({ ...texts, [field.label]: text })}
        />
      )}
    </Field>
  ));
}

type Ids = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean };
type ControlProps = { field: FormField; ids: Ids; text: string; onChange: (text: string) => void };

function Control({ field, ids, text, onChange }: ControlProps) {
  switch (field.kind) {
    case 'switch':
      return (
        <SelectInput {...ids} value={text || 'false'} onChange={(event) => onChange(event.target.value)}>
          <option value="false">no</option>
          <option value="true">yes</option>
        </SelectInput>
      );
    case 'choice':
      return (
        <SelectInput {...ids} value={text} onChange={(event) => onChange(event.target.value)}>
          {!field.required && <option value="">–</option>}
          {field.choices?.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </SelectInput>
      );
    case 'lines':
    case 'json':
      return (
        <textarea
          {...ids}
          className={styles.input}
          rows={3}
          spellCheck={false}
          value={text}
          placeholder={field.kind === 'lines' ? 'one per line' : 'JSON'}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return (
        <TextInput
          {...ids}
          inputMode={field.kind === 'text' ? undefined : 'decimal'}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}
