import { readFileSync } from 'node:fs'
import test from 'ava'
import type { TypeSchema } from '../src/model/schema-types.ts'

const schema = JSON.parse(readFileSync('src/model/cluster.schema.json', 'utf8')) as TypeSchema
const rows = [
  ...readFileSync('docs/schema.md', 'utf8').matchAll(/^\| `([^`]+)` \| (today|reserved) \|/gm),
].map(([, key = '', state = '']) => ({ key, state }))

// Every key that holds a value, written as the page writes it.
function* leavesOf(given: TypeSchema, path: string): Iterable<string> {
  const name = given.$ref?.slice('#/$defs/'.length)
  const inner = name === undefined ? given : (schema.$defs?.[name] ?? {})
  if (inner.properties !== undefined) {
    for (const [key, value] of Object.entries(inner.properties)) {
      yield* leavesOf(value, path === '' ? key : `${path}.${key}`)
    }
  } else if (typeof inner.additionalProperties === 'object') {
    yield* leavesOf(inner.additionalProperties, `${path}.<name>`)
  } else if (inner.items !== undefined) yield* leavesOf(inner.items, `${path}[]`)
  else yield path
}

const today = [...leavesOf(schema, '')]

test('the keys that the page says work today are those that the schema accepts', t => {
  const said = rows.filter(({ state }) => state === 'today').map(({ key }) => key)
  t.deepEqual(said.toSorted(), today.toSorted())
})

test('no key that the page reserves is accepted, and none is there twice', t => {
  const reserved = rows.filter(({ state }) => state === 'reserved').map(({ key }) => key)
  t.deepEqual(
    reserved.filter(key => today.includes(key)),
    [],
  )
  t.is(new Set(rows.map(({ key }) => key)).size, rows.length)
  t.true(reserved.length > 50)
})
