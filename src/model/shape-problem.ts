import type { ErrorObject } from 'ajv/dist/2020.js'
import type { Problem } from '../kit/problem.ts'
import { nearest } from './nearest.ts'
import { quote } from './quote.ts'
import { formatPath, type YamlDocument } from './yaml/document.ts'
import type { DocumentPath } from './yaml/offsets.ts'

interface Annotated {
  readonly title?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Annotated & { readonly $ref?: string }>>
  readonly minimum?: number
  readonly maximum?: number
  readonly 'x-unit'?: string
}

/** What ajv found, as a person can act on it. */
export function describeFault(error: ErrorObject, document: YamlDocument): Problem {
  const path = pathOf(error.instancePath, document.value)
  const { params } = error
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, [...path, String(params.additionalProperty)], document)
    case 'required':
      return missingKey(error, path, document)
    default:
      return badValue(error, path, document)
  }
}

function unknownKey(error: ErrorObject, path: DocumentPath, document: YamlDocument): Problem {
  const key = String(path.at(-1))
  const known = Object.keys(annotated(error).properties ?? {})
  const near = nearest(key, known)
  return {
    code: 'unknown_key',
    message: `there is no key ${quote(key)} here`,
    expected: `one of ${known.join(', ')}`,
    found: quote(key),
    where: document.where(path, 'key'),
    ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
  }
}

function missingKey(error: ErrorObject, path: DocumentPath, document: YamlDocument): Problem {
  const key = String(error.params.missingProperty)
  const owner = document.where(path)
  return {
    code: 'missing_key',
    message: `the key ${key} is missing`,
    expected: `${key}: ${annotated(error).properties?.[key]?.title ?? 'a value'}`,
    found: 'no such key',
    where: { ...owner, path: formatPath([...path, key]) },
  }
}

const codes: Readonly<Record<string, string>> = {
  type: 'wrong_type',
  enum: 'not_one_of',
  const: 'not_one_of',
  pattern: 'bad_syntax',
  minimum: 'out_of_range',
  maximum: 'out_of_range',
  multipleOf: 'not_a_multiple',
  uniqueItems: 'listed_twice',
}

function badValue(error: ErrorObject, path: DocumentPath, document: YamlDocument): Problem {
  const schema = annotated(error)
  const name = error.propertyName
  const where = name === undefined ? document.where(path) : document.where([...path, name], 'key')
  const value = name ?? error.data
  const code = name === undefined ? (codes[error.keyword] ?? 'wrong_size') : 'bad_name'
  const remedy = remedyFor(error, value)
  return {
    code,
    message: `${schema.title ?? 'the value'}: ${sentences[code] ?? 'this is not valid'}`,
    expected: expectation(error, schema),
    found: isSecretPlace(where.path ?? '') ? hidden(value) : quote(value),
    where,
    ...(remedy === undefined ? {} : { remedy }),
  }
}

const sentences: Readonly<Record<string, string>> = {
  wrong_type: 'this is another kind of value',
  not_one_of: 'this is not one of the values that it may have',
  bad_syntax: 'this is not written as it must be',
  bad_name: 'this name is not written as it must be',
  out_of_range: 'this is out of range',
  not_a_multiple: 'this falls between the steps',
  listed_twice: 'one entry is there twice',
  wrong_size: 'there are too few or too many',
}

function expectation(error: ErrorObject, schema: Annotated): string {
  const { params } = error
  const unit = schema['x-unit'] === undefined ? '' : ` ${schema['x-unit']}`
  switch (error.keyword) {
    case 'type':
      return [params.type].flat().map(String).map(typeName).join(' or ')
    case 'enum':
      return `one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'const':
      return String(params.allowedValue)
    case 'minimum':
    case 'maximum':
      return `${schema.minimum} to ${schema.maximum}${unit}`
    case 'multipleOf':
      return `a multiple of ${params.multipleOf}${unit}`
    case 'pattern':
      return `${schema.description ?? 'another text'}${exampleOf(schema)}`
    case 'uniqueItems':
      return 'each entry once'
    default:
      return sizes[error.keyword]?.(params.limit as number) ?? 'another value'
  }
}

const sizes: Readonly<Record<string, (limit: number) => string>> = {
  minItems: limit => `at least ${limit} in the list`,
  maxItems: limit => `at most ${limit} in the list`,
  minLength: limit => `at least ${limit} characters`,
  maxLength: limit => `at most ${limit} characters`,
  minProperties: limit => `at least ${limit} key${limit === 1 ? '' : 's'}`,
  maxProperties: limit => `at most ${limit} key${limit === 1 ? '' : 's'}`,
}

function remedyFor(error: ErrorObject, value: unknown): string | undefined {
  if (error.keyword === 'enum' && typeof value === 'string') {
    const near = nearest(value, (error.params.allowedValues as unknown[]).map(String))
    return near === undefined ? undefined : `did you mean ${near}?`
  }
  if (error.keyword !== 'type') return undefined
  const wanted = [error.params.type].flat()
  if (wanted.includes('string') && typeof value === 'number') return 'put it in quotes'
  if (wanted.includes('integer') && typeof value === 'string' && /^\d+$/.test(value)) {
    return 'leave the quotes out'
  }
  return undefined
}

function exampleOf(schema: Annotated): string {
  const [example] = schema.examples ?? []
  return example === undefined ? '' : ` For example: ${String(example)}`
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a mapping of keys to values',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
}

function typeName(type: string): string {
  return typeNames[type] ?? type
}

// A person who pastes a secret where a file name belongs must not find it in a log.
function isSecretPlace(path: string): boolean {
  return path.startsWith('access') || path.includes('ssh_host_key')
}

function hidden(value: unknown): string {
  return typeof value === 'string'
    ? `a text of ${value.length} characters (not shown)`
    : quote(value)
}

function annotated(error: ErrorObject): Annotated {
  return (error.parentSchema ?? {}) as Annotated
}

// A JSON pointer as keys and indexes: an index only where the value is a list.
function pathOf(pointer: string, root: unknown): DocumentPath {
  let value = root
  return pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(part => {
      const step = Array.isArray(value) ? Number(part) : part
      value = (value as Record<string | number, unknown>)[step]
      return step
    })
}
