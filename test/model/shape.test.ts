import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { type Problem, ProblemError } from '../../src/kit/problem.ts'
import { formats } from '../../src/model/formats.ts'
import { checkShape, compileShape } from '../../src/model/shape.ts'
import { parseYaml } from '../../src/model/yaml/document.ts'

interface Described {
  readonly title?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Described>>
  readonly items?: Described
  readonly $defs?: Readonly<Record<string, Described>>
  readonly $ref?: string
  readonly type?: unknown
  readonly additionalProperties?: unknown
}

const cluster = readSchema('cluster')

function readSchema(name: string): Described & { readonly $id: string } {
  return JSON.parse(readFileSync(`src/model/${name}.schema.json`, 'utf8'))
}

function problemsOf(text: string): readonly Problem[] {
  try {
    checkShape(parseYaml('x.yaml', text), compileShape(cluster))
    return []
  } catch (error) {
    if (error instanceof ProblemError) return error.problems
    throw error
  }
}

for (const name of ['cluster', 'node', 'board']) {
  const schema = readSchema(name)

  // Every schema in a schema, with the pointer to it.
  function* partsOf(part: Described, pointer: string): Iterable<readonly [string, Described]> {
    yield [pointer, part]
    for (const [key, inner] of Object.entries(part.properties ?? {})) {
      yield* partsOf(inner, `${pointer}/properties/${key}`)
    }
    for (const [key, inner] of Object.entries(part.$defs ?? {})) {
      yield* partsOf(inner, `${pointer}/$defs/${key}`)
    }
    if (part.items !== undefined) yield* partsOf(part.items, `${pointer}/items`)
  }

  test(`each field of the ${name} schema has a title, a description and an example`, t => {
    const bare = [...partsOf(schema, '#')]
      .filter(([pointer, part]) => pointer !== '#' && part.$ref === undefined)
      .filter(([, { title, description, examples }]) => !title || !description || !examples?.length)
      .map(([pointer]) => pointer)
    t.deepEqual(bare, [])
  })

  test(`each object of the ${name} schema refuses keys that it does not know`, t => {
    const open = [...partsOf(schema, '#')]
      .filter(([, { type }]) => [type].flat().includes('object'))
      .filter(
        ([, { additionalProperties }]) =>
          additionalProperties !== false && typeof additionalProperties !== 'object',
      )
      .map(([pointer]) => pointer)
    t.deepEqual(open, [])
  })

  test(`each example in the ${name} schema is valid`, t => {
    const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false })
    ajv.addVocabulary(['x-unit', 'x-type'])
    for (const [format, check] of Object.entries(formats)) ajv.addFormat(format, check)
    ajv.addSchema(schema)
    for (const [pointer, { examples = [] }] of partsOf(schema, '#')) {
      const validate = ajv.compile({ $ref: `${schema.$id}${pointer}` })
      for (const example of examples) t.true(validate(example), `${pointer} ${String(example)}`)
    }
  })
}

test('a list at the top is refused', t => {
  const [problem] = problemsOf('- a\n- b\n')
  t.is(problem?.code, 'wrong_type')
  t.is(problem?.expected, 'a mapping of keys to values')
  t.is(problem?.found, 'a list of 2')
})

test('all problems of a file are told in its order', t => {
  const problems = problemsOf('bord: pc\ncluster: Pair\nnodes: 7\n')
  t.deepEqual(
    problems.map(({ code, where }) => [code, where?.path, where?.line]),
    [
      ['unknown_key', 'bord', 1],
      ['missing_key', 'board', 1],
      ['missing_key', 'interfaces', 1],
      ['missing_key', 'vrrp', 1],
      ['bad_syntax', 'cluster', 2],
      ['wrong_type', 'nodes', 3],
    ],
  )
  t.is(problems[0]?.remedy, 'did you mean board?')
})

test('a secret that was written where its file belongs is not repeated', t => {
  const problems = problemsOf(
    'access: { console_password_hash: hunter2 }\nnodes:\n  - { ssh_host_key: hunter2 }\n',
  )
  t.true(problems.some(({ found }) => found === 'a text of 7 characters (not shown)'))
  t.false(JSON.stringify(problems).includes('hunter2'))
})

test('of very many problems the first ones are told and the others counted', t => {
  const services = '  - { a: 1 }\n'.repeat(2000)
  const problems = problemsOf(`services:\n${services}`)
  t.is(problems.length, 51)
  t.is(problems.at(-1)?.code, 'more_problems')
})

test('a fault in the last of very many services is found', t => {
  const good =
    '  - { name: a, address: 192.0.2.1, port: 1, forward: dr, real_servers: [{ address: 192.0.2.2 }] }\n'
  const problems = problemsOf(
    `services:\n${good.repeat(1500)}${good.replace('port: 1', 'port: x')}`,
  )
  const wrong = problems.filter(({ code }) => code === 'wrong_type')
  t.deepEqual(
    wrong.map(({ where }) => [where?.path, where?.line]),
    [['services[1500].port', 1502]],
  )
})
