import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { presentFlat, presentTool } from './catalog.ts';
import { definesFor, secret, type Tool } from './define.ts';
import { catalogOf } from './derive.ts';
import { manifestOf } from './testing.ts';

const { action, tool } = definesFor<object>();
const run = async () => ({});

const things = tool({
  name: 'manage_things',
  title: 'Things',
  description: 'Things.',
  actions: {
    list: action({ description: 'Lists.', effect: 'read', scopes: null, input: { page: z.int().default(0) }, run }),
    make: action({
      description: 'Makes.',
      effect: 'write',
      flags: ['costsMoney'],
      scopes: ['a', 'b'],
      input: {
        name: z.string().describe('of the thing'),
        password: secret(z.string()).optional(),
        pin: secret(z.string()).nullable().optional(),
        config: z.looseObject({ token: secret(z.string()), size: z.enum(['s', 'm']) }).optional(),
        keys: z.array(z.object({ value: secret(z.string()) })).optional(),
        labels: z.record(z.string(), secret(z.string())).optional(),
      },
      run,
    }),
    drop: action({
      description: 'Drops.',
      effect: 'destructive',
      scopes: ['a'],
      input: { name: z.string().describe('which one') },
      sensitiveResult: true,
      flatName: 'forget_thing',
      run,
    }),
  },
});
const ping = tool({
  name: 'ping',
  title: 'Ping',
  description: 'Pings.',
  actions: { ping: action({ description: 'Pings.', effect: 'read', scopes: null, input: { host: z.string() }, run }) },
});

function derived(given: Tool<object>) {
  const [derivedTool] = catalogOf(manifestOf([given])).tools;
  if (derivedTool === undefined) throw new Error('There is no tool.');
  return derivedTool;
}
const everything = () => true;

describe('a derived tool', () => {
  it('has one flat object as its schema, with the actions as an enum', () => {
    const { inputSchema, hasActionArgument } = derived(things);
    expect(hasActionArgument).toBe(true);
    expect(inputSchema).toMatchObject({
      type: 'object',
      required: ['action'],
      additionalProperties: false,
      properties: {
        action: { type: 'string', enum: ['list', 'make', 'drop'] },
        page: { type: 'integer', default: 0 },
        name: { type: 'string', description: 'of the thing' },
      },
    });
    expect(JSON.stringify(inputSchema)).not.toMatch(/\$ref|\$schema/);
  });

  it('has no action argument when it is one action of its own name', () => {
    const { inputSchema, hasActionArgument, actions } = derived(ping);
    expect(hasActionArgument).toBe(false);
    expect(inputSchema).toMatchObject({ properties: { host: { type: 'string' } }, required: ['host'] });
    expect(actions).toMatchObject([{ name: 'ping', flatName: 'ping', parameters: ['host'], required: ['host'] }]);
  });

  it('lists its secret arguments, and keeps the mark out of the schema', () => {
    const { actions, inputSchema } = derived(things);
    expect(actions.map(({ secretParameters }) => secretParameters)).toEqual([
      [],
      ['password', 'pin', 'config.token', 'keys.*.value', 'labels.*'],
      [],
    ]);
    const text = JSON.stringify(inputSchema);
    expect(text).not.toContain('"secret"');
    expect(text.match(/"format":"password"/g)).toHaveLength(5);
  });

  it('tells of each action what it takes and does', () => {
    expect(derived(things).actions).toMatchObject([
      {
        name: 'list',
        effect: 'read',
        idempotent: true,
        flags: [],
        scopes: null,
        flatName: 'things_list',
        required: [],
      },
      {
        name: 'make',
        effect: 'write',
        idempotent: false,
        flags: ['costsMoney'],
        scopes: ['a', 'b'],
        required: ['name'],
        description: 'Makes. Needs name. Takes password, pin, config, keys, labels.',
      },
      { name: 'drop', effect: 'destructive', sensitiveResult: true, flatName: 'forget_thing' },
    ]);
  });

  it('refuses one name for two meanings', () => {
    const other = action({ description: 'x', effect: 'read', scopes: null, input: { name: z.int() }, run });
    expect(() => derived({ ...things, actions: { ...things.actions, other } })).toThrow(
      'manage_things/other: "name" is declared differently',
    );
  });
});

describe('a presented tool', () => {
  it('speaks only of the permitted actions', () => {
    const shown = presentTool(derived(things), ({ effect }) => effect === 'read');
    expect(shown).toMatchObject({
      description: 'Things.\n\nActions:\n- list: Lists. Takes page.',
      inputSchema: { properties: { action: { enum: ['list'] } } },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    });
    expect(shown?.inputSchema).not.toHaveProperty('properties.name');
    expect(shown?.inputSchema).toHaveProperty('properties.page');
    expect(presentTool(derived(things), everything)).toMatchObject({
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
    });
    expect(presentTool(derived(things), () => false)).toBeUndefined();
  });

  it('is one tool for each action when it is flat, with what each of them needs', () => {
    const shown = presentFlat(derived(things), everything);
    expect(shown.map(({ name, inputSchema }) => [name, inputSchema.required])).toEqual([
      ['things_list', []],
      ['things_make', ['name']],
      ['forget_thing', ['name']],
    ]);
    for (const { inputSchema } of shown) expect(inputSchema).not.toHaveProperty('properties.action');
    expect(presentFlat(derived(ping), everything)).toMatchObject([
      { name: 'ping', title: 'Ping', inputSchema: { required: ['host'] } },
    ]);
  });
});
