import test from 'ava'
import { load } from '../../src/model/cluster.ts'
import { checkNodeConfig } from '../../src/model/node-config-check.ts'
import { resolve } from '../../src/model/resolve.ts'

test('the example pair gives a node.json for each node that the agent accepts', async t => {
  const configs = resolve(await load('examples/pair/cluster.yaml'))
  t.deepEqual(
    configs.map(({ node }) => node),
    [
      { name: 'lb1', id: 1 },
      { name: 'lb2', id: 2 },
    ],
  )
  for (const config of configs) t.deepEqual(checkNodeConfig(JSON.parse(JSON.stringify(config))), [])
  t.is(configs[0]?.shared_digest, configs[1]?.shared_digest)
})
