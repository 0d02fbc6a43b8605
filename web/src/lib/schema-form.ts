// From a JSON Schema to the fields of a form. What a form cannot show well (unions, maps, lists of objects) is one field
// of JSON text. The server checks the config against the same schema, so nothing here needs to be complete.

export type FieldKind = 'text' | 'number' | 'integer' | 'switch' | 'choice' | 'lines' | 'json';

export type FormField = {
  /** The way to the value: `['api', 'pageSize']`. */
  path: string[];
  label: string;
  kind: FieldKind;
  help?: string;
  required: boolean;
  /** The default, as the field's text. */
  initial: string;
  choices?: string[];
};

type Schema = Record<string, unknown>;

export function formFields(schema: unknown, path: string[] = [], root: Schema = asSchema(schema)): FormField[] {
  const { properties, required } = resolve(schema, root);
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(asSchema(properties)).flatMap(([name, raw]) => {
    const each = resolve(raw, root);
    const here = [...path, name];
    if (typeOf(each) === 'object' && each.properties && path.length < 3) return formFields(each, here, root);
    return [field(each, here, needed.includes(name))];
  });
}

function field(schema: Schema, path: string[], required: boolean): FormField {
  const kind = kindOf(schema);
  const choices = Array.isArray(schema.enum) ? schema.enum.filter((value) => value !== null).map(String) : undefined;
  return {
    path,
    label: path.join('.'),
    kind,
    required,
    initial: schema.default === undefined || schema.default === null ? '' : textOf(schema.default, kind),
    ...(typeof schema.description === 'string' ? { help: schema.description } : {}),
    ...(choices ? { choices } : {}),
  };
}

function kindOf(schema: Schema): FieldKind {
  if (Array.isArray(schema.enum)) return 'choice';
  switch (typeOf(schema)) {
    case 'boolean':
      return 'switch';
    case 'integer':
      return 'integer';
    case 'number':
      return 'number';
    case 'string':
      return 'text';
    case 'array':
      return typeOf(asSchema(schema.items)) === 'string' ? 'lines' : 'json';
    default:
      return 'json';
  }
}

const textOf = (value: unknown, kind: FieldKind): string => {
  if (kind === 'lines' && Array.isArray(value)) return value.join('\n');
  return typeof value === 'string' && kind !== 'json' ? value : JSON.stringify(value);
};

/** The one type that a value has beside null. */
function typeOf(schema: Schema): unknown {
  if (!Array.isArray(schema.type)) return schema.type;
  const types = schema.type.filter((type) => type !== 'null');
  return types.length === 1 ? types[0] : undefined;
}

/** Follows a reference into the same document, and the one way of a union that is not null. */
function resolve(raw: unknown, root: Schema, depth = 0): Schema {
  const schema = asSchema(raw);
  if (depth > 8) return {};
  if (typeof schema.$ref === 'string' && schema.$ref.startsWith('#/')) {
    const steps = schema.$ref.slice(2).split('/');
    const target = steps.reduce<unknown>((at, step) => asSchema(at)[step], root);
    const { $ref: _, ...beside } = schema;
    return { ...resolve(target, root, depth + 1), ...beside };
  }
  if (Array.isArray(schema.anyOf)) {
    const ways = schema.anyOf.map(asSchema).filter((way) => way.type !== 'null');
    if (ways.length === 1) return { ...resolve(ways[0], root, depth + 1), ...schema, anyOf: undefined };
  }
  return schema;
}

const asSchema = (value: unknown): Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};

export type FormTexts = Record<string, string>;
export type FormResult = { value: Record<string, unknown>; faults: Record<string, string> };

/** The config that the texts mean; only what differs from the defaults, so that a changed default still counts. */
export function readForm(fields: FormField[], texts: FormTexts): FormResult {
  const result: FormResult = { value: {}, faults: {} };
  for (const each of fields) {
    const text = texts[each.label] ?? each.initial;
    if (text === each.initial) {
      if (each.required && text === '') result.faults[each.label] = 'This is needed.';
      if (!(each.required && text !== '')) continue;
    }
    const read = readText(each, text);
    if ('fault' in read) result.faults[each.label] = read.fault;
    else place(result.value, each.path, read.value);
  }
  return result;
}

function readText({ kind }: FormField, text: string): { value: unknown } | { fault: string } {
  switch (kind) {
    case 'switch':
      return { value: text === 'true' };
    case 'integer':
      return /^-?\d+$/.test(text.trim()) ? { value: Number(text) } : { fault: 'This is not a whole number.' };
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text))
        ? { value: Number(text) }
        : { fault: 'This is not a number.' };
    case 'lines':
      return { value: text.split('\n').filter((line) => line.trim() !== '') };
    case 'json':
      try {
        return { value: JSON.parse(text) };
      } catch (error) {
        return { fault: `This is not JSON: ${(error as Error).message}` };
      }
    default:
      return { value: text };
  }
}

function place(into: Record<string, unknown>, path: string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = asSchema(into[first]);
  into[first] = inner;
  place(inner, rest, value);
}

/** `name` or `name=value` on each line. */
export function readTags(text: string): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const equals = line.indexOf('=');
    if (equals < 0) tags[line] = '';
    else tags[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return tags;
}
