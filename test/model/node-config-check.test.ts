import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { build } from 'esbuild'
import { load } from '../../src/model/cluster.ts'
import { formats } from '../../src/model/formats.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { checkNodeConfig } from '../../src/model/node-config-check.ts'
import { resolve } from '../../src/model/resolve.ts'
import { type CheckedSchema, checkSchema } from '../../src/model/schema-check.ts'
import { fc } from '../support/fast-check.ts'
import { change, type Json, mutate, way } from '../support/mutate.ts'

const schema = JSON.parse(readFileSync('src/model/node.schema.json', 'utf8')) as CheckedSchema
const configs = await Promise.all(
  ['examples/pair/cluster.yaml', 'test/fixtures/cluster/good.yaml'].map(async path =>
    resolve(await load(path)),
  ),
)
const valid = configs.flat().map(config => JSON.parse(JSON.stringify(config)) as Json)

const ajv = new Ajv2020({ allowUnionTypes: true })
ajv.addVocabulary(['x-unit', 'x-type'])
for (const [name, test] of Object.entries(formats)) ajv.addFormat(name, test)
const isValidByAjv = ajv.compile(schema)

test('the check of the agent and ajv agree on every config, right or slightly wrong', t => {
  let refused = 0
  fc.assert(
    fc.property(fc.constantFrom(...valid), way, change, (config, steps, edit) => {
      const value = mutate(config, steps, edit)
      const faults = checkSchema(schema, value)
      if (faults.length > 0) refused += 1
      t.is(faults.length === 0, isValidByAjv(value), JSON.stringify({ faults, value }))
    }),
    { numRuns: 3000 },
  )
  t.true(refused > 500)
})

test('the schema of node.json uses no keyword that the check does not know', t => {
  const known = new Set([
    ...['$schema', '$id', '$ref', '$defs', 'title', 'description', 'examples', 'x-unit', 'x-type'],
    ...['type', 'const', 'enum', 'format', 'minLength', 'maxLength', 'minimum', 'maximum'],
    ...['multipleOf', 'items', 'minItems', 'maxItems', 'properties', 'required'],
    ...['additionalProperties', 'minProperties', 'maxProperties'],
  ])
  const unknown: string[] = []
  const visit = (inner: object): void => {
    for (const [key, value] of Object.entries(inner)) {
      if (!known.has(key)) unknown.push(key)
      if (key === 'format' && formats[value as string] === undefined) unknown.push(String(value))
      if (key === 'items') visit(value as object)
      if (key === 'properties' || key === '$defs') {
        for (const property of Object.values(value as object)) visit(property as object)
      }
    }
  }
  visit(schema)
  t.deepEqual(unknown, [])
})

test('a config whose names lead nowhere is refused', t => {
  const [config] = configs.flat() as [NodeConfig]
  const faultsOf = (value: unknown) => checkNodeConfig(value).map(({ path }) => path)
  const { vrrp, services } = config
  t.deepEqual(faultsOf(config), [])
  t.deepEqual(faultsOf({ ...config, interfaces: config.interfaces.slice(1) }), [
    'vrrp.instances[0].interface',
  ])
  t.deepEqual(faultsOf({ ...config, vrrp: { ...vrrp, groups: [] } }), [
    'vrrp.instances[0].name',
    'vrrp.instances[1].name',
  ])
  t.deepEqual(
    faultsOf({ ...config, services: services.map(one => ({ ...one, address: '192.0.2.9' })) }),
    ['services[0].address'],
  )
  t.deepEqual(faultsOf({ ...config, extra: 1 }), ['extra'])
  t.deepEqual(faultsOf([]), [''])
})

test('a heartbeat whose parts do not fit each other is refused', t => {
  const [config] = configs.flat() as [NodeConfig]
  const { $defs } = schema as unknown as { $defs: Record<string, { examples: [Json] }> }
  const heartbeat = $defs['heartbeat']?.examples[0] as unknown as NonNullable<
    NodeConfig['heartbeat']
  >
  const faultsOf = (change: object) =>
    checkNodeConfig({ ...config, heartbeat: { ...heartbeat, ...change } }).map(({ path }) => path)
  t.deepEqual(faultsOf({}), [])
  t.deepEqual(faultsOf({ send_with: 9 }), ['heartbeat.send_with'])
  t.deepEqual(faultsOf({ peer: { ...heartbeat.peer, id: 1 } }), ['heartbeat.peer.id'])
  t.deepEqual(faultsOf({ paths: [{ name: 'back', kind: 'udp', interface: 'nowhere' }] }), [
    'heartbeat.paths[0].interface',
    'heartbeat.paths[0].address',
    'heartbeat.paths[0].peer_address',
    'heartbeat.paths[0].port',
  ])
  const { heartbeat: _, ...serial } = config.serial
  t.deepEqual(
    checkNodeConfig({ ...config, serial, heartbeat }).map(({ path }) => path),
    ['heartbeat.paths[0]'],
  )
  const group = { interface: 'nowhere', targets: ['192.0.2.1'], interval_ms: 1000, timeout_ms: 500 }
  t.deepEqual(
    checkNodeConfig({ ...config, connectivity: [{ name: 'up', ...group }] }).map(
      fault => fault.path,
    ),
    ['connectivity[0].interface'],
  )
})

test('a fault names no value, which could be a secret', t => {
  const [config] = configs.flat() as [NodeConfig]
  const access = { authorized_keys: ['hunter2', 7], console_password_hash: ['hunter2'] }
  const faults = checkNodeConfig({ ...config, access })
  t.is(faults.length, 2)
  t.false(JSON.stringify(faults).includes('hunter2'))
})

test('the check runs where there is nothing but the base objects', async t => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { checkNodeConfig } from './src/model/node-config-check.ts'
        globalThis.faults = JSON.stringify(checkNodeConfig(JSON.parse(globalThis.text)))`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    write: false,
    platform: 'neutral',
    target: 'es2022',
  })
  const context = vm.createContext({ text: JSON.stringify(valid[0]) })
  vm.runInContext(
    'for (const name of ["Date", "Promise", "RegExp", "Intl", "Proxy"]) delete globalThis[name]',
    context,
  )
  vm.runInContext(outputFiles[0]?.text ?? '', context)
  t.is(context.faults, '[]')
})
