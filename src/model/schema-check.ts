import { formats } from './formats.ts'

/** The part of JSON Schema 2020-12 that `checkSchema` knows; node.schema.json uses no more. */
export interface CheckedSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, CheckedSchema>>
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly multipleOf?: number
  readonly items?: CheckedSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, CheckedSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly minProperties?: number
  readonly maxProperties?: number
}

/** One thing that is wrong with a value. The value itself is not in it: it may be a secret. */
export interface SchemaFault {
  /** As in `services[0].port`; empty for the whole. */
  readonly path: string
  readonly code: 'wrong_type' | 'unknown_key' | 'missing_key' | 'bad_value' | 'bad_size'
  readonly expected: string
}

/**
 * Checks a parsed JSON value against a schema, without any library, so that the agent can.
 *
 * It stops after `faults_max` faults. A keyword that it does not know is not looked at.
 */
export function checkSchema(
  root: CheckedSchema,
  value: unknown,
  faults_max = 20,
): readonly SchemaFault[] {
  const walk: Walk = { root, faults: [], faults_max, steps: [] }
  checkValue(walk, root, value)
  return walk.faults
}

interface Walk {
  readonly root: CheckedSchema
  readonly faults: SchemaFault[]
  readonly faults_max: number
  /** The way to the value; written as a path only for a fault, since most values have none. */
  readonly steps: (string | number)[]
}

function checkValue(walk: Walk, given: CheckedSchema, value: unknown): void {
  if (walk.faults.length >= walk.faults_max) return
  const schema = follow(walk.root, given)
  if (schema.type !== undefined && !isOfType(schema.type, value)) {
    add(walk, 'wrong_type', schema.type)
  } else if (Array.isArray(value)) {
    checkSize(walk, value.length, schema.minItems, schema.maxItems, 'items')
    const { items } = schema
    for (let index = 0; items !== undefined && index < value.length; index += 1) {
      walk.steps.push(index)
      checkValue(walk, items, value[index])
      walk.steps.pop()
    }
  } else if (typeof value === 'object' && value !== null) {
    checkObject(walk, schema, value as Readonly<Record<string, unknown>>)
  } else {
    checkScalar(walk, schema, value)
  }
}

function follow(root: CheckedSchema, schema: CheckedSchema): CheckedSchema {
  if (schema.$ref === undefined) return schema
  const target = root.$defs?.[schema.$ref.slice('#/$defs/'.length)]
  if (target === undefined) throw new Error(`the schema has no ${schema.$ref}`)
  return target
}

function checkObject(
  walk: Walk,
  schema: CheckedSchema,
  value: Readonly<Record<string, unknown>>,
): void {
  const properties = schema.properties ?? {}
  const keys = Object.keys(value)
  checkSize(walk, keys.length, schema.minProperties, schema.maxProperties, 'keys')
  for (const key of keys) {
    const inner = Object.hasOwn(properties, key) ? properties[key] : undefined
    walk.steps.push(key)
    if (inner !== undefined) checkValue(walk, inner, value[key])
    else if (schema.additionalProperties === false) {
      add(walk, 'unknown_key', `one of ${Object.keys(properties).join(', ')}`)
    }
    walk.steps.pop()
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) add(walk, 'missing_key', key)
  }
}

function checkScalar(walk: Walk, schema: CheckedSchema, value: unknown): void {
  if (schema.const !== undefined && value !== schema.const) {
    add(walk, 'bad_value', `${schema.const}`)
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    add(walk, 'bad_value', `one of ${schema.enum.join(', ')}`)
  }
  if (typeof value === 'string') {
    const { format, minLength, maxLength } = schema
    if (minLength !== undefined || maxLength !== undefined) {
      checkSize(walk, [...value].length, minLength, maxLength, 'characters')
    }
    if (format !== undefined && formats[format]?.(value) !== true) add(walk, 'bad_value', format)
  }
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity, multipleOf = 1 } = schema
    if (value < minimum || value > maximum) add(walk, 'bad_value', `${minimum} to ${maximum}`)
    else if (value % multipleOf !== 0) add(walk, 'bad_value', `a multiple of ${multipleOf}`)
  }
}

function checkSize(walk: Walk, size: number, min = 0, max = Infinity, unit = ''): void {
  if (size < min || size > max) add(walk, 'bad_size', `${min} to ${max} ${unit}`)
}

function add(walk: Walk, code: SchemaFault['code'], expected: string): void {
  if (walk.faults.length < walk.faults_max) {
    walk.faults.push({ path: pathOf(walk.steps), code, expected })
  }
}

function pathOf(steps: readonly (string | number)[]): string {
  let path = ''
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`
    else path += path === '' ? step : `.${step}`
  }
  return path
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
