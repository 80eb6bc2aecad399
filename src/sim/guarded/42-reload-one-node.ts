import type { ConfigEdit } from '../faults.ts'
import { guarded } from '../pair.ts'
import { atSecond, explains, type Scenario } from '../scenario.ts'

const edit: ConfigEdit = {
  digest: '6b',
  vips: { front: ['192.0.2.100/24', '192.0.2.101/24'] },
}

export const scenario: Scenario = {
  row: 42,
  title: 'one node is reloaded: the two differ, said, and nothing fails back until the other is',
  pair: { ...guarded, failback: 'automatic' },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(30), kind: 'reload', node: 'lb2', ...edit },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
    { at: atSecond(60), kind: 'reload', node: 'lb1', ...edit },
    { at: atSecond(75), kind: 'reload', node: 'lb2', digest: '6c' },
  ],
  expect: [
    { at: atSecond(19), owner: 'lb1' },
    { at: atSecond(59.9), owner: 'lb2' },
    { at: atSecond(70), owner: 'lb1' },
    { at: atSecond(90), owner: 'lb1' },
  ],
  says: ['lb1 address_list_differs front'],
  check: world => {
    const vips = world.nodes.map(({ state }) => state?.instances[0]?.addresses.length).join()
    return vips === '2,2' ? explains('lb2', 'peer_active')(world) : `VIPs: ${vips}`
  },
}
