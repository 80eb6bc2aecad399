import test from 'ava'
import { parseAddress } from '../../../src/agent/wire/address.ts'
import { decodeIpv4 } from '../../../src/agent/wire/ipv4.ts'
import { decodeIpv6 } from '../../../src/agent/wire/ipv6.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { newRig } from '../../support/rig.ts'

test('with unicast an advert is an IP packet for the peer alone, with TTL 255', t => {
  const rig = newRig(pairConfigs({ family: 'both', unicast: true })[0]).toActive()
  rig.pass(1_000)
  const sent = rig.step({ kind: 'wake' }).filter(effect => effect.kind === 'send_to')
  t.deepEqual(
    sent.map(({ interface: name, destination }) => [name, destination]),
    [
      ['front', '192.0.2.12'],
      ['back', '10.77.0.12'],
      ['front', 'fe80::12'],
      ['back', 'fe80::12'],
    ],
  )
  t.like(decodeIpv4(sent[0]?.packet ?? new Uint8Array()), {
    source: parseAddress('192.0.2.11'),
    destination: parseAddress('192.0.2.12'),
    ttl: 255,
    protocol: 112,
  })
  t.like(decodeIpv6(sent[2]?.packet ?? new Uint8Array()), {
    source: parseAddress('fe80::11'),
    destination: parseAddress('fe80::12'),
    hop_limit: 255,
    next_header: 112,
  })
})

test('IPv6 announces with neighbour advertisements, IPv4 with gratuitous ARP', t => {
  const rig = newRig(pairConfigs({ family: 'both' })[0]).toActive()
  const count = (name: string) => {
    const instance = rig.state.instances.find(other => other.name === name)
    return [instance?.counters.arps_sent, instance?.counters.neighbours_sent]
  }
  t.deepEqual(count('front'), [1, 0])
  t.deepEqual(count('front6'), [0, 2])
})
