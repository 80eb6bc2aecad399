/**
 * TypeScript types from the JSON schemas, so that each shape is written once.
 *
 * A schema with `x-type` becomes an exported type of that name. `defaults: 'filled'` makes a key
 * that has a default a required one, as it is after the check has filled it in.
 */
export interface TypeSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, TypeSchema>>
  readonly 'x-type'?: string
  readonly 'x-unit'?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly items?: TypeSchema
  readonly properties?: Readonly<Record<string, TypeSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | TypeSchema
  readonly minProperties?: number
  readonly maxProperties?: number
}

/** The text of a module that exports the types of a schema. */
export function typesOf(root: TypeSchema, file: string): string {
  const named = collectNamed(root)
  const blocks = [...named].map(([name, schema]) => declare(name, schema, root))
  const head = `// Written by \`npm run generate\` from ${file}; do not edit.`
  return `${[head, ...blocks].join('\n\n')}\n`
}

function collectNamed(root: TypeSchema): ReadonlyMap<string, TypeSchema> {
  const named = new Map<string, TypeSchema>()
  const visit = (schema: TypeSchema): void => {
    const name = schema['x-type']
    if (name !== undefined) named.set(name, schema)
    for (const inner of Object.values(schema.properties ?? {})) visit(inner)
    if (schema.items !== undefined) visit(schema.items)
    if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties)
  }
  visit(root)
  for (const definition of Object.values(root.$defs ?? {})) visit(definition)
  return named
}

function declare(name: string, schema: TypeSchema, root: TypeSchema): string {
  const comment = docComment(schema.description, '')
  const isPlainObject = schema.type === 'object' && !isChoice(schema)
  if (isPlainObject) return `${comment}\nexport interface ${name} ${body(schema, root)}`
  return `${comment}\nexport type ${name} = ${expression({ ...schema, 'x-type': '' }, root)}`
}

function body(schema: TypeSchema, root: TypeSchema): string {
  const lines = Object.entries(schema.properties ?? {}).flatMap(([key, given]) => {
    const inner = { ...resolveReference(given, root), ...given }
    const isPresent = schema.required?.includes(key) === true || inner.default !== undefined
    const unit = inner['x-unit'] === undefined ? '' : ` Unit: ${inner['x-unit']}.`
    return [
      docComment(`${inner.description ?? ''}${unit}`, '  '),
      `  readonly ${key}${isPresent ? '' : '?'}: ${expression(given, root)}`,
    ]
  })
  return `{\n${lines.join('\n')}\n}`
}

function expression(given: TypeSchema, root: TypeSchema): string {
  const schema = resolveReference(given, root)
  if (schema['x-type']) return schema['x-type']
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ')
  const types = [schema.type ?? []].flat()
  return types.map(type => expressionOf(type, schema, root)).join(' | ')
}

function expressionOf(type: string, schema: TypeSchema, root: TypeSchema): string {
  switch (type) {
    case 'object': {
      if (isChoice(schema)) return choice(schema, root)
      const { additionalProperties: values } = schema
      if (typeof values === 'object') return `Readonly<Record<string, ${expression(values, root)}>>`
      return body(schema, root)
    }
    case 'array': {
      const item = expression(schema.items ?? {}, root)
      return `readonly ${item.includes('|') ? `(${item})` : item}[]`
    }
    case 'integer':
      return 'number'
    default:
      return type
  }
}

// Exactly one of several keys.
function isChoice(schema: TypeSchema): boolean {
  return schema.minProperties === 1 && schema.maxProperties === 1
}

function choice(schema: TypeSchema, root: TypeSchema): string {
  return Object.entries(schema.properties ?? {})
    .map(([key, inner]) => `{ readonly ${key}: ${expression(inner, root)} }`)
    .join(' | ')
}

function resolveReference(schema: TypeSchema, root: TypeSchema): TypeSchema {
  if (schema.$ref === undefined) return schema
  const target = root.$defs?.[schema.$ref.slice('#/$defs/'.length)]
  if (target === undefined) throw new Error(`the schema has no ${schema.$ref}`)
  return target
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

function docComment(text = '', indent: string): string {
  const lines = wrap(text.replaceAll('*/', '* /'), 90)
  if (lines.length <= 1) return `${indent}/** ${lines.join('')} */`
  return [`${indent}/**`, ...lines.map(line => `${indent} * ${line}`), `${indent} */`].join('\n')
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
