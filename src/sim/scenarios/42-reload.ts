import type { ConfigEdit } from '../faults.ts'
import { atSecond, type Scenario } from '../scenario.ts'

const VIPS = ['fe80::100/64', '2001:db8::100/64', '2001:db8::101/64']
const edit: ConfigEdit = { digest: '6b', vips: { front6: VIPS } }

export const scenario: Scenario = {
  row: 42,
  title: 'a VIP of IPv6 comes while the kernel of the active refuses it for a while: no role moves',
  pair: { family: 'both' },
  faults: [
    { at: atSecond(20), kind: 'refuse', node: 'lb1', what: 'vips', errno: 12 },
    { at: atSecond(20.4), kind: 'reload', node: 'lb1', ...edit },
    { at: atSecond(20.8), kind: 'reload', node: 'lb2', ...edit },
    { at: atSecond(24), kind: 'refuse', node: 'lb1', what: 'vips', errno: 0 },
    { at: atSecond(40), kind: 'power_off', node: 'lb1' },
  ],
  expect: [
    { at: atSecond(21), owner: 'lb1' },
    { at: atSecond(39.9), owner: 'lb1' },
    { at: atSecond(50), owner: 'lb2' },
  ],
  says: ['lb1 vips_not_changed front6', 'lb1 vips_changed front6', 'lb2 vips_changed front6'],
  check: ({ nodes }) => {
    const vips = nodes.map(({ kernel }) => kernel.vips.get('front6')?.length).join()
    const announced = nodes[1]?.state?.instances.find(({ name }) => name === 'front6')
    const count = announced?.counters.neighbours_sent
    return vips === '3,3' && count === 6 ? undefined : `${vips} VIPs, ${count} announced`
  },
}
