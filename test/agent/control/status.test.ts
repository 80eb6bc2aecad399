import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test, { type ExecutionContext } from 'ava'
import { renderStatus } from '../../../src/agent/control/render-status.ts'
import { statusOf } from '../../../src/agent/control/status.ts'
import type { Status } from '../../../src/agent/control/status-types.ts'
import { nextDeadline } from '../../../src/agent/director.ts'
import { REASONS } from '../../../src/agent/reasons.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { newRig, only, type Rig } from '../../support/rig.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const schema = JSON.parse(read('src/agent/control/status.schema.json'))
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)

/** The status, which must have the documented shape. */
function status(t: ExecutionContext, rig: Rig): Status {
  const said = statusOf(rig.state, rig.now, nextDeadline(rig.state))
  t.true(validate(JSON.parse(JSON.stringify(said))), JSON.stringify(validate.errors))
  return said
}

const texts = (said: Status) => said.problems.map(({ level, text }) => `${level}: ${text}`)

test('a director that has just begun has the documented shape', t => {
  const said = status(t, newRig())
  t.is(said.phase, 'loading')
  t.is(said.state, 'initialize')
  t.is(said.interfaces[0]?.link, 'unknown')
  t.is(said.groups[0]?.waiting_for, 'loading')
  t.is(said.loop.next_timer, 'probe real servers')
})

test('while it holds at startup it says for how long', t => {
  const rig = newRig()
  rig.settle(rig.begun)
  for (const name of ['front', 'back', 'mgmt']) rig.link(name, true)
  rig.pass(500)
  const said = status(t, rig)
  t.like(said.groups[0], { waiting_for: 'startup_hold', waiting_s: 1.5 })
})

test('a backup says how long it would still wait for an advert', t => {
  const rig = newRig().toBackup()
  rig.hear({ priority: 254 })
  rig.pass(218)
  const said = status(t, rig)
  t.is(said.state, 'backup')
  t.is(said.instances[0]?.active_down_s, 3.001)
  t.like(said.instances[0]?.peers[0], { address: '192.0.2.12', priority: 254, age_s: 0.218 })
  t.deepEqual(said.problems, [])
})

test('an active director shows its VIPs, why it took them, and the services in the kernel', t => {
  const rig = newRig().toActive()
  const said = status(t, rig)
  t.is(said.state, 'active')
  t.like(said.instances[0], {
    state: 'active',
    reason: 'down_timer_expired',
    virtual_mac: '00:00:5e:00:01:0a',
  })
  t.deepEqual(said.instances[0]?.vips.addresses, ['192.0.2.100/24'])
  t.deepEqual(
    said.instances[0]?.history.map(({ from, to, reason }) => [from, to, reason]),
    [
      ['initialize', 'backup', 'startup_complete'],
      ['backup', 'active', 'down_timer_expired'],
    ],
  )
  t.true(said.services[0]?.in_kernel)
  t.deepEqual(said.problems, [])
})

test('VIPs without virtual MAC, and what follows them, are in the status', t => {
  const [config] = pairConfigs({ isOnOwnMac: true })
  const instances = config.vrrp.instances.map(each => ({
    ...each,
    blocks: ['203.0.113.0/24'],
    routes: [{ to: '0.0.0.0/0', via: '192.0.2.1', table: 100, source: '192.0.2.100' }],
    rules: [{ to: '203.0.113.0/24', table: 100, preference: 10_000 }],
  }))
  const rig = newRig({ ...config, vrrp: { ...config.vrrp, instances } }).toActive()
  const said = status(t, rig)
  t.like(said.instances[0], {
    virtual_mac: null,
    vips: {
      blocks: ['203.0.113.0/24'],
      routes: ['0.0.0.0/0 via 192.0.2.1 table 100 src 192.0.2.100'],
      rules: ['from all to 203.0.113.0/24 lookup 100 pref 10000'],
    },
  })
  t.regex(renderStatus(said), / 1 \(own MAC\) /)
})

test('between the decision and the kernel the state is opening', t => {
  const rig = newRig().toBackup()
  rig.now = (rig.state.instances[0]?.router.downAt ?? 0) as typeof rig.now
  rig.step({ kind: 'wake' })
  t.is(status(t, rig).state, 'opening')
})

test('a lost link is an alarm, on the management interface a warning', t => {
  const rig = newRig().toActive()
  rig.settle(rig.link('mgmt', false))
  t.deepEqual(texts(status(t, rig)), ['warning: interface mgmt has no link'])
  rig.settle(rig.link('back', false))
  t.deepEqual(texts(status(t, rig)), [
    'alarm: interface back has no link',
    'warning: interface mgmt has no link',
  ])
  t.is(status(t, rig).groups[0]?.waiting_for, 'link_down')
})

test('an address that is missing is an alarm', t => {
  const rig = newRig().toBackup()
  rig.link('back', true, '')
  t.deepEqual(texts(status(t, rig)), ['alarm: interface back has no IPv4 address'])
})

test('a kernel that does not open or close is an alarm with its errno in words', t => {
  const rig = newRig().toBackup()
  rig.now = (rig.state.instances[0]?.router.downAt ?? 0) as typeof rig.now
  const [flip] = rig.step({ kind: 'wake' }).filter(effect => effect.kind === 'flip')
  rig.settle(rig.step({ kind: 'done', ticket: flip?.ticket ?? 0, errno: 1 }), 16)
  const said = status(t, rig)
  t.is(said.state, 'fault')
  t.is(said.problems[0]?.code, 'open_failed')
  t.true(texts(said).includes('alarm: the kernel did not close the VIPs of front: errno 16'))
})

test('another router that claims the VIPs is an alarm for ten seconds', t => {
  const rig = newRig().toActive()
  rig.pass(100).hear({ priority: 150 })
  t.deepEqual(texts(status(t, rig)), ['alarm: 192.0.2.12 also claims front, with priority 150'])
  t.deepEqual(texts(status(t, rig.pass(10_001))), [])
})

test('a member that hears nobody while the group is held is a warning', t => {
  const rig = newRig().toBackup()
  rig.pass(3_000).hear({ instance: 'back', priority: 254 })
  rig.pass(300).step({ kind: 'wake' })
  t.is(status(t, rig).problems[0]?.code, 'silence_held_by_group')
})

test('IPVS that failed and real servers that are down are problems', t => {
  const rig = newRig()
  const read = rig.begun.find(effect => effect.kind === 'ipvs_read')
  rig.step({ kind: 'done', ticket: read?.ticket ?? 0, errno: 2 })
  for (let round = 0; round < 60; round += 1) {
    for (const probe of rig.pass(100).step({ kind: 'wake' })) {
      if (probe.kind === 'probe_start') {
        const errno = probe.address === '10.77.0.21' ? 111 : 0
        rig.step({ kind: 'probe', probe: probe.probe, errno })
      }
    }
  }
  const said = status(t, rig)
  t.true(texts(said).some(text => text.startsWith('alarm: IPVS does not hold the services')))
  t.true(
    texts(said).includes(
      'warning: real server 10.77.0.21:80 of web is down: connection refused (errno 111)',
    ),
  )
  t.like(said.services[0]?.real_servers[0]?.last_error, { errno: 111 })
  for (const target of rig.state.health.targets) target.verdict = 'down'
  t.true(texts(status(t, rig)).includes('alarm: service web has no real server that is up'))
})

test('connections are shown as last read', t => {
  const rig = newRig().toBackup()
  const [service] = Object.values(rig.state.ipvs.desired)
  if (service === undefined) return t.fail()
  const destinations = service.destinations.map(destination => ({
    ...destination,
    active_connections: 3,
    inactive_connections: 12,
  }))
  rig.state.ipvs.actual = { 'tcp 192.0.2.100:80': { ...service, destinations } }
  const said = status(t, rig)
  t.like(said.services[0]?.real_servers[0], { active_connections: 3, inactive_connections: 12 })
  t.true(said.services[0]?.in_kernel)
})

test('the command status is answered, anything else is refused with what was expected', t => {
  const rig = newRig()
  const ask = (request: unknown) => only(rig.step({ kind: 'command', client: 7, request }), 'reply')
  t.like(ask({ command: 'status' })[0], { client: 7, answer: { schema: 1 } })
  for (const request of [{ command: 'dance' }, {}, null, 5, 'status', [], { command: 1 }]) {
    t.like(ask(request)[0], {
      answer: {
        error: {
          code: 'unknown_command',
          expected: 'status, paths, explain, events, standby, takeover, hold, join, reload',
        },
      },
    })
  }
})

test('every reason is in docs/status.md with the words of the source', t => {
  const document = read('docs/status.md')
  for (const [reason, meaning] of Object.entries(REASONS)) {
    t.true(document.includes(`| \`${reason}\` | ${meaning} |`), reason)
  }
})
