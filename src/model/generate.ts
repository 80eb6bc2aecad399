import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeAtomic } from '../kit/atomic.ts'
import { referencePage } from './reference-page.ts'
import { type TypeSchema, typesOf } from './schema-types.ts'

/** What `npm run generate` writes, and from which schema. */
export const generated = [
  { path: 'src/model/cluster-spec.ts', schema: 'cluster.schema.json', write: typesOf },
  { path: 'src/model/node-config.ts', schema: 'node.schema.json', write: typesOf },
  { path: 'src/model/board.ts', schema: 'board.schema.json', write: typesOf },
  { path: 'docs/cluster-file.md', schema: 'cluster.schema.json', write: referencePage },
] as const

/** The text of a generated file as it must be now. */
export function textOf(entry: (typeof generated)[number]): string {
  const schema = JSON.parse(
    readFileSync(new URL(entry.schema, import.meta.url), 'utf8'),
  ) as TypeSchema
  const text = entry.write(schema, `src/model/${entry.schema}`)
  return entry.path.endsWith('.ts') ? format(text, entry.path) : text
}

function format(text: string, path: string): string {
  const biome = fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url))
  return execFileSync(biome, ['format', `--stdin-file-path=${path}`], {
    input: text,
    encoding: 'utf8',
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const top = fileURLToPath(new URL('../../', import.meta.url))
  for (const entry of generated) await writeAtomic(`${top}${entry.path}`, textOf(entry))
}
