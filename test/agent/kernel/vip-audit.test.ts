import test from 'ava'
import { auditVip } from '../../../src/agent/kernel/vip-audit.ts'
import type { VipState } from '../../../src/agent/kernel/vip-flip.ts'
import { answered, hold, MemoryFiles } from '../../support/scripted-kernel.ts'

const device = {
  instance: 'front',
  name: 'vr4.10.2',
  index: 4,
  parent: { index: 2, name: 'front' },
  mac: new Uint8Array([0, 0, 0x5e, 0, 1, 10]),
  family: 4 as const,
  accept: true,
  addresses: [],
}
const folder = '/proc/sys/net/ipv4/conf'
const sysctls = () =>
  new MemoryFiles({
    '/proc/sys/net/ipv4/ip_forward': '1',
    [`${folder}/all/rp_filter`]: '0',
    ...Object.fromEntries(
      ['front', device.name].flatMap(name => [
        [`${folder}/${name}/arp_ignore`, '1'],
        [`${folder}/${name}/arp_announce`, '2'],
        [`${folder}/${name}/rp_filter`, '0'],
      ]),
    ),
  })

test('a device that is gone is a failure, and not repaired', t => {
  const { end } = hold(
    auditVip(device, () => 'closed'),
    () => answered(),
    sysctls(),
  )
  t.like(end, { kind: 'failed', failure: { step: 'close vr4.10.2: the device is gone' } })
})

test('a sysctl that somebody changed is put right before anything else is looked at', t => {
  const files = sysctls()
  files.contents.set(`${folder}/front/arp_ignore`, '0')
  hold(
    auditVip(device, () => 'closed'),
    () => answered(),
    files,
  )
  t.is(files.contents.get(`${folder}/front/arp_ignore`), '1')
})

test('what differs because a flip came in between is no difference', t => {
  let state: VipState = 'closed'
  const { end } = hold(
    auditVip(device, () => state),
    (_, nth) => {
      // The dump of the addresses, the device, then its chain.
      if (nth === 2) state = 'open'
      return answered()
    },
    sysctls(),
  )
  t.deepEqual(end, { kind: 'done', value: { repaired: 0 } })
})
