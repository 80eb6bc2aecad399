import test from 'ava'
import type { Status } from '../../../src/agent/control/status-types.ts'
import type { Effect } from '../../../src/agent/machine.ts'
import { instant } from '../../../src/agent/units.ts'
import { toHex } from '../../../src/agent/wire/bytes.ts'
import type { NodeConfig } from '../../../src/model/node-config.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { answerIn, newRig, sentIn } from '../../support/rig.ts'

/** The front instance of a lone node, with more VIPs and limits of announcing. */
function withFront(more: number, announce?: NonNullable<NodeConfig['vrrp']['announce']>) {
  const [config] = pairConfigs()
  const more_addresses = Array.from({ length: more }, (_, index) => `192.0.2.${101 + index}/32`)
  const instances = config.vrrp.instances.map(each =>
    each.name === 'front' ? { ...each, more_addresses } : each,
  )
  const limits = announce === undefined ? {} : { announce }
  return newRig({ ...config, vrrp: { ...config.vrrp, instances, ...limits } })
}

const MAC = '525400d10101'

const arpsOf = (sent: readonly string[]) => sent.filter(line => line.startsWith('front arp'))

test('more addresses are announced like the others, and are in no advert', t => {
  const rig = withFront(2)
  rig.toBackup()
  rig.now = instant(Math.max(...rig.state.instances.map(({ router }) => router.downAt ?? 0)))
  const effects = rig.settle(rig.step({ kind: 'wake' }))
  rig.pass(1_000)
  const late = rig.settle(rig.step({ kind: 'wake' }))
  const all = [...effects, ...late]
  t.deepEqual(arpsOf(sentIn(all)).slice(0, 3), [
    'front arp 192.0.2.100',
    'front arp 192.0.2.101',
    'front arp 192.0.2.102',
  ])
  const adverts = all.flatMap(effect =>
    effect.kind === 'send' && effect.interface === 'front' && effect.frame[23] === 112
      ? [effect.frame]
      : [],
  )
  t.true(adverts.length > 0)
  // The count of addresses, behind Ethernet and IPv4, and no room for another address.
  for (const frame of adverts) t.deepEqual([frame[14 + 20 + 3], frame.length], [1, 14 + 20 + 8 + 4])
})

test('without virtual MAC all that is sent comes from the interface, also when its MAC changes', t => {
  const rig = newRig(pairConfigs({ isOnOwnMac: true, family: 'both' })[0]).toBackup()
  const macsIn = (effects: readonly Effect[]) => [
    ...new Set(
      effects.flatMap(effect =>
        effect.kind === 'send' ? [toHex(effect.frame.subarray(6, 12))] : [],
      ),
    ),
  ]
  rig.now = instant(Math.max(...rig.state.instances.map(({ router }) => router.downAt ?? 0)))
  const first = rig.settle(rig.step({ kind: 'wake' }))
  t.deepEqual(macsIn(first), [MAC])
  const arp = first.flatMap(effect =>
    effect.kind === 'send' && effect.frame[13] === 0x06 ? [toHex(effect.frame)] : [],
  )
  // Sender and target of gratuitous ARP.
  t.is(arp[0]?.slice(44, 56), MAC)
  t.is(arp[0]?.slice(64, 76), MAC)
  const link = { up: true, address: '192.0.2.11', address6: 'fe80::11' }
  rig.step({ kind: 'link', interface: 'front', mac: '52:54:00:d1:99:99', ...link })
  rig.pass(1_000)
  t.true(macsIn(rig.settle(rig.step({ kind: 'wake' }))).includes('525400d19999'))
})

test('announcing keeps its pace, its rounds and its refresh, and the status says where it is', t => {
  const rig = withFront(7, { repeat: 2, rate_per_s: 100, refresh_s: 60 })
  rig.toActive()
  const status = () => answerIn(rig.ask({ command: 'status' })) as Status
  t.deepEqual(status().announce, { repeat: 2, rate_per_s: 100, refresh_s: 60 })
  const arpsIn = (ms: number) => {
    const until = rig.now + ms * 1_000
    const sent: string[] = []
    while (rig.now < until) {
      sent.push(...arpsOf(sentIn(rig.settle(rig.pass(20).step({ kind: 'wake' })))))
    }
    return sent.length
  }
  t.is((status().instances[0]?.counters.arps_sent ?? 0) + arpsIn(400), 8)
  t.like(status().instances[0]?.announcing, { round: 2, left: 8 })
  t.is(arpsIn(4_000), 8)
  t.is(status().instances[0]?.announcing?.left, 8)
  t.is(arpsIn(50_000), 0)
  t.is(arpsIn(12_000), 8)
})
