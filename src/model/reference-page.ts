import type { TypeSchema } from './schema-types.ts'

interface DocumentedSchema extends TypeSchema {
  readonly examples?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly multipleOf?: number
  readonly minItems?: number
  readonly maxItems?: number
}

/** A page in Markdown with a section for each kind of entry that a schema has. */
export function referencePage(root: TypeSchema, file: string): string {
  const sections = Object.entries(root.$defs ?? {}).filter(([, { type }]) =>
    [type ?? []].flat().includes('object'),
  )
  return `<!-- Written by \`npm run generate\` from ${file}; do not edit. -->
# Reference of the cluster file

${root.description ?? ''} Each key below works today; [schema.md](schema.md) has the plan of the whole
language. A key that is not here is refused. \`director init\` writes a file to start from,
\`director validate\` says what is wrong with one, with line and column. The first line
\`# yaml-language-server: $schema=PATH\`, with the path of \`${file}\`, gives completion in an editor.

## The file

${table(root, root)}
${sections.map(([name, schema]) => section(name, schema, root)).join('\n')}`
}

function section(name: string, schema: DocumentedSchema, root: TypeSchema): string {
  const [example] = schema.examples ?? []
  return `## ${titleOf(name, root)}

${schema.description ?? ''}

${table(schema, root)}
${example === undefined ? '' : `Example: \`${JSON.stringify(example)}\`\n`}`
}

function table(schema: TypeSchema, root: TypeSchema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([key, given]) => {
    const inner: DocumentedSchema = { ...target(given, root), ...given }
    const isNeeded = schema.required?.includes(key) === true
    const presence =
      inner.default === undefined
        ? isNeeded
          ? 'needed'
          : 'optional'
        : `default \`${JSON.stringify(inner.default)}\``
    const [example] = inner.examples ?? []
    const shown = example === undefined ? '' : `\`${cut(JSON.stringify(example))}\``
    return `| \`${key}\` | ${kindOf(given, root)} | ${presence} | ${inner.description ?? ''} | ${shown} |`
  })
  return `| key | value | | meaning | example |
|---|---|---|---|---|
${rows.map(row => row.replaceAll(/(?<=\w)\|(?=\w)/g, '\\|')).join('\n')}
`
}

function kindOf(given: TypeSchema, root: TypeSchema): string {
  const schema: DocumentedSchema = target(given, root)
  const link = linkTo(given, root)
  if (link !== undefined) return link
  if (schema.enum !== undefined) return withUnit(schema.enum.join(', '), schema)
  const { additionalProperties: values } = schema
  if (typeof values === 'object') return `name → ${kindOf(values, root)}`
  switch (schema.type) {
    case 'array':
      return `list of ${kindOf(schema.items ?? {}, root)}`
    case 'integer':
      return withUnit(`${schema.minimum} to ${schema.maximum}${stepOf(schema)}`, schema)
    default:
      return given.$ref === undefined ? 'text' : lowerFirst(schema.title ?? 'text')
  }
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`
}

function withUnit(text: string, schema: TypeSchema): string {
  return schema['x-unit'] === undefined ? text : `${text} ${schema['x-unit']}`
}

function stepOf({ multipleOf }: DocumentedSchema): string {
  return multipleOf === undefined ? '' : ` in steps of ${multipleOf}`
}

// A kind of entry with keys of its own has a section.
function linkTo(given: TypeSchema, root: TypeSchema): string | undefined {
  const name = given.$ref?.slice('#/$defs/'.length)
  const schema = target(given, root)
  const types = [schema.type ?? []].flat()
  if (name === undefined || !types.includes('object')) return undefined
  const title = titleOf(name, root)
  const anchor = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')
  return `${types.includes('string') ? 'text or ' : ''}[${title}](#${anchor})`
}

function titleOf(name: string, root: TypeSchema): string {
  return root.$defs?.[name]?.title ?? name
}

function target(schema: TypeSchema, root: TypeSchema): TypeSchema {
  const name = schema.$ref?.slice('#/$defs/'.length)
  return name === undefined ? schema : (root.$defs?.[name] ?? schema)
}

function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
