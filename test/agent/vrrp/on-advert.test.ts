import test from 'ava'
import { flipsIn, newRig, saidIn, sentIn } from '../../support/rig.ts'

test('a better router on one interface makes the whole group backup', t => {
  const rig = newRig().toActive()
  const yielded = rig.hear({ instance: 'front', priority: 254 })
  t.deepEqual(flipsIn(yielded), ['front closed', 'back closed'])
  t.deepEqual(saidIn(yielded), ['front higher_priority', 'back higher_priority'])
  t.deepEqual(sentIn(rig.settle(yielded)), [])
  t.deepEqual(
    rig.state.instances.map(({ router }) => router.role),
    ['backup', 'backup'],
  )
})

test('of equal priorities the router with the higher address stays', t => {
  const rig = newRig().toActive()
  t.deepEqual(saidIn(rig.hear({ priority: 200, source: '192.0.2.10' })), [
    'front foreign_router_heard',
    'front second_active_heard',
  ])
  t.deepEqual(saidIn(rig.hear({ priority: 200, source: '192.0.2.12' })), [
    'front higher_address',
    'back higher_address',
  ])
})

test('a worse active router is answered at once, and the VIPs are announced once a second', t => {
  const rig = newRig().toActive()
  rig.pass(5_000)
  for (const _ of [1, 2, 3, 4, 5, 6]) rig.settle(rig.next())
  const first = rig.hear({ priority: 100 })
  t.deepEqual(sentIn(first), ['front advert 200', 'front arp 192.0.2.100'])
  t.deepEqual(saidIn(first), ['front second_active_heard'])
  rig.pass(500)
  const second = rig.hear({ priority: 100 })
  t.deepEqual([sentIn(second), saidIn(second)], [['front advert 200'], []])
})

test('another list of VIPs is said once a minute, and still counts', t => {
  const rig = newRig().toBackup()
  const addresses = ['192.0.2.99/24']
  t.deepEqual(saidIn(rig.hear({ priority: 254, addresses })), ['front address_list_differs'])
  t.deepEqual(saidIn(rig.pass(1_000).hear({ priority: 254, addresses })), [])
  t.deepEqual(saidIn(rig.pass(60_000).hear({ priority: 254, addresses })), [
    'front address_list_differs',
  ])
  t.is(rig.state.instances[0]?.counters.address_list_differs, 3)
})

test('R11 and R13: another interval and a foreign owner are said, followed and not discarded', t => {
  const rig = newRig().toBackup()
  t.deepEqual(saidIn(rig.hear({ priority: 254, interval_cs: 300 })), [
    'front advert_interval_differs',
  ])
  t.is(Number(rig.state.instances[0]?.router.interval), 3_000_000)
  t.deepEqual(saidIn(rig.hear({ priority: 255 })), ['front address_owner_heard'])
  t.deepEqual(saidIn(rig.hear({ priority: 255, interval_cs: 300 })), [])
  t.is(rig.state.instances[0]?.counters.adverts_received, 3)
})

test('R4: a VRID that is not configured on that interface is discarded and counted', t => {
  const rig = newRig().toBackup()
  const advert = rig.state.instances[0]?.frames?.advert
  const packet = advert?.kind === 'send' ? advert.frame.subarray(14) : new Uint8Array()
  rig.step({ kind: 'advert', interface: 'back', packet })
  t.deepEqual(rig.state.interfaces[1]?.discards, { R4: 1 })
})
