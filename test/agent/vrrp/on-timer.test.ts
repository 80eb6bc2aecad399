import test from 'ava'
import { nextDeadline } from '../../../src/agent/director.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { newRig, sentIn } from '../../support/rig.ts'

const BOTH = ['front arp 192.0.2.100', 'back arp 10.77.0.1']

test('an active director advertises on every interval, and nothing more', t => {
  const rig = newRig().toActive()
  const sent: string[] = []
  const end = rig.now + 4_000_000
  while ((nextDeadline(rig.state)?.at ?? end) <= end) sent.push(...sentIn(rig.settle(rig.next())))
  const beat = ['front advert 200', 'back advert 200']
  t.deepEqual(sent, [...beat, ...beat, ...BOTH, ...beat, ...beat])
})

test('gratuitous ARP of many VIPs is paced, and done twice', t => {
  const [config] = pairConfigs()
  const addresses = Array.from({ length: 200 }, (_, index) => `192.0.2.${index + 20}/24`)
  const instances = config.vrrp.instances.map(instance =>
    instance.name === 'front' ? { ...instance, addresses } : instance,
  )
  const services: typeof config.services = []
  const rig = newRig({ ...config, services, vrrp: { ...config.vrrp, instances } }).toBackup()
  rig.now = (rig.state.instances[0]?.router.downAt ?? 0) as typeof rig.now
  const bursts = [sentIn(rig.settle(rig.step({ kind: 'wake' }))).length]
  while (bursts.reduce((sum, count) => sum + count, 0) < 404) {
    const sent = sentIn(rig.settle(rig.next())).filter(line => line.includes('arp'))
    if (sent.length > 0) bursts.push(sent.length)
  }
  t.true(Math.max(...bursts) <= 66, `${bursts}`)
  t.is(rig.state.instances[0]?.counters.arps_sent, 400)
  t.is(rig.state.instances[1]?.counters.arps_sent, 2)
})
