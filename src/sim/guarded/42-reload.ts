import type { ServiceConfig } from '../../model/node-config.ts'
import type { ConfigEdit } from '../faults.ts'
import { guarded, pairConfigs } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'
import type { World } from '../world.ts'

const [first] = pairConfigs(guarded)
const [web] = first.services as readonly [ServiceConfig]
const [one, two] = web.real_servers as readonly [Server, Server]
type Server = ServiceConfig['real_servers'][number]

const VIP = '192.0.2.101/24'
const mail: ServiceConfig = { ...web, name: 'mail', address: '192.0.2.101', port: 25 }
const third = { address: '10.77.0.23', port: 80, weight: 1 }

const added: ConfigEdit = {
  digest: '6b',
  vips: { front: ['192.0.2.100/24', VIP] },
  services: [{ ...web, real_servers: [{ ...one, weight: 5 }, two, third] }, mail],
}
const removed: ConfigEdit = {
  digest: '6c',
  vips: { front: ['192.0.2.100/24'] },
  services: [{ ...web, scheduler: 'wrr', real_servers: [one, two] }],
}

export const scenario: Scenario = {
  row: 42,
  title: 'VIPs, services and weights come and go on a pair that serves: only they change',
  pair: guarded,
  faults: [
    { at: atSecond(20.3), kind: 'reload', node: 'lb1', ...added },
    { at: atSecond(23.6), kind: 'reload', node: 'lb2', ...added },
    { at: atSecond(30.7), kind: 'reload', node: 'lb2', ...removed },
    { at: atSecond(34.2), kind: 'reload', node: 'lb1', ...removed },
  ],
  expect: [19, 21, 24, 31, 35, 50].map(second => ({ at: atSecond(second), owner: 'lb1' })),
  says: [
    'lb1 reloaded lb1',
    'lb2 reloaded lb2',
    'lb1 vips_changed front',
    'lb2 vips_changed front',
  ],
  neverSays: ['lb1 ipvs_repaired ipvs', 'lb2 ipvs_repaired ipvs', 'lb1 loop_late front'],
  check: world => wrongKernel(world) ?? wrongRoles(world),
}

/** Deleted was what the second configuration lacks, and nothing else, nor in between. */
function wrongKernel({ nodes }: World): string | undefined {
  const gone = ['tcp 192.0.2.100:80 10.77.0.23:80', 'tcp 192.0.2.101:25'].join()
  for (const { name, kernel } of nodes) {
    const deleted = [...kernel.deleted].sort().join()
    if (deleted !== gone) return `${name} deleted ${deleted}`
    const [held, ...more] = [...kernel.ipvs.values()]
    const weights = held?.destinations.map(({ weight }) => weight).join()
    if (more.length > 0 || held?.scheduler !== 'wrr' || weights !== '1,1') {
      return `${name} has ${more.length + 1} services, ${held?.scheduler} with weights ${weights}`
    }
    const vips = kernel.vips.get('front')?.join()
    if (vips !== '192.0.2.100/24') return `${name} has ${vips}`
  }
  return undefined
}

function wrongRoles({ nodes }: World): string | undefined {
  const found = nodes.map(({ state }) => state?.instances[0]?.counters.became_active).join()
  return found === '1,0' ? undefined : `became active ${found} times`
}
