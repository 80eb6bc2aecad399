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
  const faults: SchemaFault[] = []
  const add = (code: SchemaFault['code'], path: string, expected: string) => {
    if (faults.length < faults_max) faults.push({ path, code, expected })
  }
  const check = (given: CheckedSchema, inner: unknown, path: string): void => {
    if (faults.length >= faults_max) return
    const schema = follow(root, given)
    if (schema.type !== undefined && !isOfType(schema.type, inner)) {
      add('wrong_type', path, schema.type)
    } else if (Array.isArray(inner)) {
      checkSize(inner.length, schema.minItems, schema.maxItems, 'items', path, add)
      const { items } = schema
      if (items !== undefined) {
        for (let index = 0; index < inner.length; index += 1) {
          check(items, inner[index], `${path}[${index}]`)
        }
      }
    } else if (typeof inner === 'object' && inner !== null) {
      checkObject(schema, inner as Readonly<Record<string, unknown>>, path, add, check)
    } else {
      checkScalar(schema, inner, path, add)
    }
  }
  check(root, value, '')
  return faults
}

type Add = (code: SchemaFault['code'], path: string, expected: string) => void

function follow(root: CheckedSchema, schema: CheckedSchema): CheckedSchema {
  if (schema.$ref === undefined) return schema
  const target = root.$defs?.[schema.$ref.slice('#/$defs/'.length)]
  if (target === undefined) throw new Error(`the schema has no ${schema.$ref}`)
  return target
}

function checkObject(
  schema: CheckedSchema,
  value: Readonly<Record<string, unknown>>,
  path: string,
  add: Add,
  check: (schema: CheckedSchema, value: unknown, path: string) => void,
): void {
  const properties = schema.properties ?? {}
  const keys = Object.keys(value)
  checkSize(keys.length, schema.minProperties, schema.maxProperties, 'keys', path, add)
  for (const key of keys) {
    const inner = Object.hasOwn(properties, key) ? properties[key] : undefined
    const innerPath = path === '' ? key : `${path}.${key}`
    if (inner !== undefined) check(inner, value[key], innerPath)
    else if (schema.additionalProperties === false) {
      add('unknown_key', innerPath, `one of ${Object.keys(properties).join(', ')}`)
    }
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) add('missing_key', path, key)
  }
}

function checkScalar(schema: CheckedSchema, value: unknown, path: string, add: Add): void {
  if (schema.const !== undefined && value !== schema.const)
    add('bad_value', path, `${schema.const}`)
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    add('bad_value', path, `one of ${schema.enum.join(', ')}`)
  }
  if (typeof value === 'string') {
    checkSize([...value].length, schema.minLength, schema.maxLength, 'characters', path, add)
    const { format } = schema
    if (format !== undefined && formats[format]?.(value) !== true) add('bad_value', path, format)
  }
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity, multipleOf = 1 } = schema
    if (value < minimum || value > maximum) add('bad_value', path, `${minimum} to ${maximum}`)
    else if (value % multipleOf !== 0) add('bad_value', path, `a multiple of ${multipleOf}`)
  }
}

function checkSize(
  size: number,
  min = 0,
  max = Infinity,
  unit: string,
  path: string,
  add: Add,
): void {
  if (size < min || size > max) add('bad_size', path, `${min} to ${max} ${unit}`)
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
