import * as z from 'zod';
import { GatehouseError } from '../contract/errors.ts';
import type { QuestionFieldView } from '../contract/views.ts';

const titled = z.array(z.object({ const: z.string(), title: z.string().optional() }));
const choices = { enum: z.array(z.string()).optional(), oneOf: titled.optional(), anyOf: titled.optional() };
const property = z.object({
  type: z.enum(['string', 'number', 'integer', 'boolean', 'array']),
  title: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enumNames: z.array(z.string()).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  items: z.object(choices).optional(),
  ...choices,
});
/** The flat schema that the protocol allows for forms (mcp.md §1): texts, numbers, yes or no, choices. */
const form = z.object({
  mode: z.literal('form').optional(),
  message: z.string(),
  requestedSchema: z.object({
    type: z.literal('object'),
    properties: z.record(z.string(), property),
    required: z.array(z.string()).optional(),
  }),
});

/** What a server asks, or `undefined` when it cannot be shown as a form. */
export function questionOf(
  params: unknown,
): { readonly message: string; readonly fields: readonly QuestionFieldView[] } | undefined {
  const parsed = form.safeParse(params);
  if (!parsed.success) return undefined;
  const { message, requestedSchema } = parsed.data;
  const fields = Object.entries(requestedSchema.properties).map(([name, told]) =>
    fieldOf(name, told, requestedSchema.required?.includes(name) === true),
  );
  return { message, fields };
}

function fieldOf(name: string, told: z.output<typeof property>, required: boolean): QuestionFieldView {
  const offered = choicesOf(told.type === 'array' ? { ...told.items } : told);
  const kind =
    told.type === 'array'
      ? 'choices'
      : told.type === 'string'
        ? offered === undefined
          ? 'text'
          : 'choice'
        : told.type;
  const min = told.minLength ?? told.minimum ?? told.minItems;
  const max = told.maxLength ?? told.maximum ?? told.maxItems;
  return {
    name,
    title: told.title ?? name,
    description: told.description ?? '',
    kind,
    required,
    ...(told.default === undefined ? {} : { default: told.default }),
    ...(offered === undefined ? {} : { choices: offered }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

function choicesOf(told: Partial<z.output<typeof property>>): QuestionFieldView['choices'] {
  const named = told.oneOf ?? told.anyOf;
  if (named !== undefined) return named.map(one => ({ value: one.const, title: one.title ?? one.const }));
  return told.enum?.map((value, at) => ({ value, title: told.enumNames?.[at] ?? value }));
}

/** The answers as the server wants them. Throws `GH_INVALID_INPUT` naming the field. */
export function checkAnswers(
  fields: readonly QuestionFieldView[],
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const unknown = Object.keys(given).find(name => fields.every(field => field.name !== name));
  if (unknown !== undefined) throw new GatehouseError('GH_INVALID_INPUT', `The server did not ask for "${unknown}".`);
  return Object.fromEntries(
    fields.flatMap(field => {
      const value = given[field.name];
      if (value === undefined || value === '') {
        if (field.required) throw new GatehouseError('GH_INVALID_INPUT', `"${field.title}" is needed.`);
        return [];
      }
      return [[field.name, checked(field, value)]];
    }),
  );
}

function checked(field: QuestionFieldView, value: unknown): unknown {
  const wrong = (what: string): GatehouseError => new GatehouseError('GH_INVALID_INPUT', `"${field.title}" ${what}.`);
  const values = field.choices?.map(choice => choice.value);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field;
  const within = (size: number, unit: string): void => {
    if (size < min) throw wrong(`wants at least ${min}${unit}`);
    if (size > max) throw wrong(`wants at most ${max}${unit}`);
  };
  switch (field.kind) {
    case 'boolean': {
      if (typeof value !== 'boolean') throw wrong('is answered with yes or no');
      return value;
    }
    case 'number':
    case 'integer': {
      const number = typeof value === 'string' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) throw wrong('must be a number');
      if (field.kind === 'integer' && !Number.isInteger(number)) throw wrong('must be a whole number');
      within(number, '');
      return number;
    }
    case 'choices': {
      if (!Array.isArray(value) || value.some(one => typeof one !== 'string' || values?.includes(one) === false))
        throw wrong(`must be some of: ${values?.join(', ') ?? ''}`);
      within(value.length, ' of them');
      return value;
    }
    case 'choice': {
      if (typeof value !== 'string' || values?.includes(value) === false)
        throw wrong(`must be one of: ${values?.join(', ') ?? ''}`);
      return value;
    }
    case 'text': {
      if (typeof value !== 'string') throw wrong('must be a text');
      within(value.length, ' characters');
      return value;
    }
  }
}
