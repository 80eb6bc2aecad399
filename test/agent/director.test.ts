import test from 'ava'
import { nextDeadline } from '../../src/agent/director.ts'
import { pairConfigs } from '../../src/sim/pair.ts'
import { flipsIn, newRig, only, saidIn, sentIn } from '../support/rig.ts'

const BOTH = ['front arp 192.0.2.100', 'back arp 10.77.0.1']

test('it begins by closing every VIP and reading the IPVS table', t => {
  const { begun } = newRig()
  t.deepEqual(only(begun, 'flip', 'ipvs_read', 'send'), [
    { kind: 'flip', instance: 'front', to: 'closed' },
    { kind: 'flip', instance: 'back', to: 'closed' },
    { kind: 'ipvs_read' },
  ])
})

test('it listens once the VIPs are seen closed and the services are read back', t => {
  const rig = newRig()
  const [front, back, read] = rig.begun
  if (front?.kind !== 'flip' || back?.kind !== 'flip' || read?.kind !== 'ipvs_read') return t.fail()
  rig.step({ kind: 'done', ticket: front.ticket, errno: 0 })
  t.deepEqual(saidIn(rig.step({ kind: 'done', ticket: back.ticket, errno: 0 })), [])
  const apply = rig.step({ kind: 'ipvs_table', ticket: read.ticket, services: [] })
  t.deepEqual(saidIn(apply), [])
  t.deepEqual(saidIn(rig.settle(apply)), ['lb1 listening'])
  t.is(rig.state.phase, 'listening')
})

test('the first advert comes after the startup hold and Active_Down, with the ARPs behind it', t => {
  const rig = newRig()
  rig.settle(rig.begun)
  for (const name of ['front', 'back', 'mgmt']) rig.link(name, true)
  t.deepEqual(nextDeadline(rig.state)?.at, rig.state.health.targets[0]?.dueAt)
  rig.pass(2_000)
  t.deepEqual(saidIn(rig.step({ kind: 'wake' })), [
    'front startup_complete',
    'back startup_complete',
  ])
  rig.now = ((rig.state.instances[0]?.router.downAt ?? 0) - 1) as typeof rig.now
  t.deepEqual(flipsIn(rig.step({ kind: 'wake' })), [])
  rig.now = (rig.now + 1) as typeof rig.now
  t.is(Number(rig.now), 1_000_000 + 2_000_000 + 3_218_750)
  const taken = rig.step({ kind: 'wake' })
  t.deepEqual(flipsIn(taken), ['front open', 'back open'])
  t.deepEqual(sentIn(taken), [])
  const [front, back] = taken.filter(effect => effect.kind === 'flip')
  const opened = rig.step({ kind: 'done', ticket: front?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(opened), ['front advert 200', 'front arp 192.0.2.100'])
  t.deepEqual(saidIn(opened), ['front down_timer_expired'])
  const second = rig.step({ kind: 'done', ticket: back?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(second), ['back advert 200', 'back arp 10.77.0.1'])
})

test('the startup hold counts from the last link that came up', t => {
  const rig = newRig()
  rig.settle(rig.begun)
  rig.link('front', true)
  rig.pass(1_500)
  rig.link('back', true)
  t.is(Number(rig.state.groups[0]?.holdAt), 1_000_000 + 1_500_000 + 2_000_000)
})

test('no group starts while a link is down or an address is missing', t => {
  const rig = newRig()
  rig.settle(rig.begun)
  rig.link('front', true)
  t.is(rig.state.groups[0]?.blocked, 'link_down')
  rig.link('back', true, '')
  t.is(rig.state.groups[0]?.blocked, 'address_missing')
  rig.link('back', true)
  t.is(rig.state.groups[0]?.blocked, undefined)
})

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

test('a member that still hears the active router holds the whole group', t => {
  const rig = newRig().toBackup()
  rig.pass(3_000)
  t.deepEqual(flipsIn(rig.hear({ instance: 'back', priority: 254 })), [])
  rig.pass(300)
  t.deepEqual(flipsIn(rig.step({ kind: 'wake' })), [])
  rig.pass(1_200)
  t.deepEqual(saidIn(rig.hear({ instance: 'back', priority: 254 })), [
    'front silence_held_by_group',
  ])
  rig.pass(3_219)
  t.deepEqual(flipsIn(rig.step({ kind: 'wake' })), ['front open', 'back open'])
})

test('priority 0 on one member lets the whole group go ahead after the skew', t => {
  const rig = newRig().toBackup()
  rig.hear({ instance: 'front', priority: 254 })
  rig.hear({ instance: 'back', priority: 254 })
  rig.pass(100)
  rig.hear({ instance: 'front', priority: 0 })
  rig.pass(218)
  t.deepEqual(flipsIn(rig.step({ kind: 'wake' })), [])
  rig.pass(1)
  const taken = rig.settle(rig.step({ kind: 'wake' }))
  t.deepEqual(flipsIn(taken), ['front open', 'back open'])
  t.deepEqual(saidIn(taken), ['front peer_released', 'back peer_released'])
})

test('priority 0 of another router than the one we follow hastens nobody else', t => {
  const rig = newRig().toBackup()
  rig.hear({ instance: 'front', priority: 254 })
  rig.hear({ instance: 'back', priority: 253 })
  rig.hear({ instance: 'back', priority: 0 })
  t.is(Number(rig.state.instances[0]?.router.downAt) - rig.now, 3_218_750)
  rig.hear({ instance: 'back', priority: 254 })
  rig.hear({ instance: 'back', priority: 0, source: '10.77.0.99' })
  t.is(Number(rig.state.instances[0]?.router.downAt) - rig.now, 3_218_750)
  rig.hear({ instance: 'back', priority: 254 })
  rig.hear({ instance: 'back', priority: 0 })
  t.is(Number(rig.state.instances[0]?.router.downAt) - rig.now, 218_750)
})

test('a link that is lost releases the group: closed first, then priority 0 where there is a link', t => {
  const rig = newRig().toActive()
  const lost = rig.link('back', false)
  t.deepEqual(flipsIn(lost), ['front closed', 'back closed'])
  t.deepEqual(sentIn(lost), [])
  t.deepEqual(saidIn(lost), ['back link_down', 'front link_down', 'back link_down'])
  t.deepEqual(sentIn(rig.settle(lost)), ['front advert 0'])
  t.is(rig.state.groups[0]?.role, 'initialize')
})

test('a backup whose link is lost sends nothing and flips nothing', t => {
  const rig = newRig().toBackup()
  const lost = rig.link('front', false)
  t.deepEqual(only(lost, 'flip', 'send'), [])
})

test('a lost address releases the group as well', t => {
  const rig = newRig().toActive()
  const lost = rig.settle(rig.link('front', true, ''))
  t.deepEqual(sentIn(lost), ['back advert 0'])
  t.true(saidIn(lost).includes('front address_missing'))
})

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

test('when the kernel refuses to open, nothing is announced and the group waits in fault', t => {
  const rig = newRig().toBackup()
  rig.now = (rig.state.instances[0]?.router.downAt ?? 0) as typeof rig.now
  const taken = rig.step({ kind: 'wake' })
  const [front, back] = taken.filter(effect => effect.kind === 'flip')
  const opened = rig.step({ kind: 'done', ticket: back?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(opened), ['back advert 200', 'back arp 10.77.0.1'])
  const refused = rig.step({ kind: 'done', ticket: front?.ticket ?? 0, errno: 1 })
  t.deepEqual(saidIn(refused), ['front open_failed', 'front open_failed', 'back open_failed'])
  t.deepEqual(flipsIn(refused), ['front closed', 'back closed'])
  t.deepEqual(sentIn(rig.settle(refused)), ['front advert 0', 'back advert 0'])
  rig.pass(4_999)
  t.is(rig.state.groups[0]?.blocked, undefined)
  rig.step({ kind: 'wake' })
  t.is(rig.state.groups[0]?.role, 'initialize')
  rig.pass(1)
  rig.step({ kind: 'wake' })
  t.is(rig.state.groups[0]?.role, 'backup')
})

test('a flip that nobody answers has failed after a second', t => {
  const rig = newRig().toBackup()
  rig.now = (rig.state.instances[0]?.router.downAt ?? 0) as typeof rig.now
  const taken = rig.step({ kind: 'wake' })
  rig.pass(1_000)
  t.true(saidIn(rig.step({ kind: 'wake' })).includes('front open_failed'))
  const [late] = taken.filter(effect => effect.kind === 'flip')
  t.deepEqual(sentIn(rig.step({ kind: 'done', ticket: late?.ticket ?? 0, errno: 0 })), [])
  t.is(rig.state.loop.stale_answers, 1)
})

test('a VIP that does not close is tried again, alarmed once, and no release is sent', t => {
  const rig = newRig().toActive()
  const lost = rig.link('back', false)
  const refused = rig.settle(lost, 16)
  t.deepEqual(sentIn(refused), [])
  t.deepEqual(
    saidIn(refused).filter(line => line.endsWith('close_failed')),
    ['front close_failed', 'back close_failed'],
  )
  rig.pass(100)
  const again = rig.step({ kind: 'wake' })
  t.deepEqual(flipsIn(again), ['front closed', 'back closed'])
  t.deepEqual(sentIn(rig.settle(again)), ['front advert 0'])
})

test('a clean stop closes the VIPs, sends priority 0 once they are seen closed, then exits', t => {
  const rig = newRig().toActive()
  const stopping = rig.step({ kind: 'stop' })
  t.deepEqual(flipsIn(stopping), ['front closed', 'back closed'])
  t.deepEqual(sentIn(stopping), [])
  const flips = stopping.filter(effect => effect.kind === 'flip')
  const first = rig.step({ kind: 'done', ticket: flips[0]?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(first), ['front advert 0'])
  t.deepEqual(only(first, 'exit'), [])
  const second = rig.step({ kind: 'done', ticket: flips[1]?.ticket ?? 0, errno: 0 })
  t.deepEqual(sentIn(second), ['back advert 0'])
  t.deepEqual(second.at(-1), { kind: 'exit', code: 0 })
  t.is(nextDeadline(rig.state), undefined)
  t.deepEqual(rig.step({ kind: 'wake' }), [])
})

test('a backup stops without a word on the network', t => {
  const rig = newRig().toBackup()
  const stopping = rig.step({ kind: 'stop' })
  t.deepEqual(sentIn(stopping), [])
  t.deepEqual(stopping.at(-1), { kind: 'exit', code: 0 })
})

test('a stop that the kernel does not follow ends with code 1 and an alarm', t => {
  const rig = newRig().toActive()
  rig.step({ kind: 'stop' })
  rig.pass(1_500)
  const ended = rig.step({ kind: 'wake' })
  t.true(saidIn(ended).includes('lb1 stopped_with_open_vips'))
  t.deepEqual(ended.at(-1), { kind: 'exit', code: 1 })
  t.deepEqual(sentIn(ended), [])
})

test('a director that was stalled past three intervals yields before it sends anything', t => {
  const rig = newRig().toActive()
  rig.pass(3_000)
  const woken = rig.step({ kind: 'wake' })
  t.deepEqual(sentIn(woken), [])
  t.deepEqual(flipsIn(woken), ['front closed', 'back closed'])
  t.deepEqual(saidIn(woken), ['front loop_stalled', 'back loop_stalled'])
  t.deepEqual(sentIn(rig.settle(woken)), [])
})

test('a backup that was stalled says so and listens on', t => {
  const rig = newRig().toBackup()
  rig.pass(9_000)
  const woken = rig.step({ kind: 'wake' })
  t.deepEqual(flipsIn(woken), [])
  t.deepEqual(
    saidIn(woken).filter(line => line.endsWith('loop_late')),
    ['front loop_late', 'back loop_late'],
  )
})

test('R4: a VRID that is not configured on that interface is discarded and counted', t => {
  const rig = newRig().toBackup()
  const advert = rig.state.instances[0]?.frames?.advert
  const packet = advert?.kind === 'send' ? advert.frame.subarray(14) : new Uint8Array()
  rig.step({ kind: 'advert', interface: 'back', packet })
  t.deepEqual(rig.state.interfaces[1]?.discards, { R4: 1 })
})

test('an address owner takes its VIPs as soon as it may', t => {
  const [config] = pairConfigs({ priorities: [255, 100] })
  const rig = newRig(config)
  rig.settle(rig.begun)
  for (const name of ['front', 'back']) rig.link(name, true)
  rig.pass(2_000)
  const started = rig.settle(rig.step({ kind: 'wake' }))
  t.deepEqual(flipsIn(started), ['front open', 'back open'])
  t.true(saidIn(started).includes('front address_owner'))
})

test('the history of an instance is bounded', t => {
  const rig = newRig().toActive()
  for (let count = 0; count < 40; count += 1) {
    rig.settle(rig.link('front', false))
    rig.settle(rig.link('front', true))
    rig.pass(2_000)
    rig.settle(rig.step({ kind: 'wake' }))
  }
  t.is(rig.state.instances[0]?.history.length, 32)
})

test('an answer to nothing changes nothing', t => {
  const rig = newRig().toActive()
  t.deepEqual(rig.step({ kind: 'done', ticket: 4_097_000, errno: 5 }), [])
  t.deepEqual(rig.step({ kind: 'done', ticket: 77, errno: 0 }), [])
  t.deepEqual(rig.step({ kind: 'probe', probe: 999_999, errno: 0 }), [])
  t.deepEqual(rig.step({ kind: 'ipvs_table', ticket: 4_096, services: [] }), [])
  t.deepEqual(rig.step({ kind: 'link', interface: 'nowhere', up: false, mac: '' }), [])
})

test('the state survives JSON, but for the bytes of frames', t => {
  const rig = newRig().toActive()
  const copy = JSON.parse(JSON.stringify(rig.state))
  t.is(copy.phase, 'listening')
  t.deepEqual(copy.groups, JSON.parse(JSON.stringify(rig.state.groups)))
})
