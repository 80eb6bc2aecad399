import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { encodeRecord } from '../../src/agent/control/record.ts'
import type { ReloadAnswer } from '../../src/agent/control/reload.ts'
import { renderReload } from '../../src/agent/control/render-reload.ts'
import type { Status } from '../../src/agent/control/status-types.ts'
import { nameOfTarget } from '../../src/agent/health/targets.ts'
import type { Effect } from '../../src/agent/machine.ts'
import { replay } from '../../src/agent/replay.ts'
import type { NodeConfig, ServiceConfig } from '../../src/model/node-config.ts'
import { guarded, pairConfigs } from '../../src/sim/pair.ts'
import { answerIn, newRig, only, type Rig, saidIn, sentIn, testLife } from '../support/rig.ts'

const shapeOf = (name: string) =>
  new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(new URL(`../../src/agent/control/${name}`, import.meta.url), 'utf8')),
  )
const validate = shapeOf('reload.schema.json')
const validateStatus = shapeOf('status.schema.json')

const [running] = pairConfigs()
const [web] = running.services as readonly [ServiceConfig]
const [one, two] = web.real_servers as readonly [Server, Server]
type Server = ServiceConfig['real_servers'][number]
const third: Server = { address: '10.77.0.23', port: 80, weight: 1 }

const other: NodeConfig = { ...running, shared_digest: '6b'.repeat(32) }
const withWeb = (fields: Partial<ServiceConfig>): NodeConfig => ({
  ...other,
  services: [{ ...web, ...fields }],
})
const withVips = (addresses: readonly string[], more_addresses: readonly string[] = []) => ({
  ...other,
  vrrp: {
    ...other.vrrp,
    instances: other.vrrp.instances.map(each =>
      each.name === 'front' ? { ...each, addresses, more_addresses } : each,
    ),
  },
})
const twoVips = withVips(['192.0.2.100/24', '192.0.2.101/24'])

function reload(rig: Rig, config: NodeConfig, check = false) {
  const effects = rig.step({ kind: 'reload', client: 7, file: '/n.json', config, check })
  const reply = effects.find(effect => effect.kind === 'reply')
  if (reply?.kind !== 'reply') throw new Error('nothing was answered')
  return { effects, answer: reply.answer as ReloadAnswer }
}

/** What the director does beside the answer, the log and what it keeps. */
const doneIn = (effects: readonly Effect[]) =>
  effects.map(({ kind }) => kind).filter(kind => !['reply', 'note', 'adopt_config'].includes(kind))

test('another weight and another real server are all that the kernel is asked for', t => {
  const rig = newRig().toActive()
  const config = withWeb({ real_servers: [{ ...one, weight: 5 }, two, third] })
  const { effects, answer } = reload(rig, config)
  t.true(validate(answer), JSON.stringify(validate.errors))
  t.like(answer, { accepted: true, outcome: 'begun', shared_digest: config.shared_digest })
  t.deepEqual(only(effects, 'ipvs_apply'), [
    {
      kind: 'ipvs_apply',
      changes: [
        change('add_destination', { ...third, forward: 'nat' }),
        change('set_destination', { ...one, weight: 5, forward: 'nat' }),
      ],
    },
  ])
  t.deepEqual(
    doneIn(effects).filter(kind => kind !== 'probe_cancel'),
    ['ipvs_apply'],
  )
  t.is(rig.state.groups[0]?.role, 'active')
})

const change = (kind: string, destination: object) => ({
  kind,
  key: { protocol: 'tcp', address: '192.0.2.100', port: 80 },
  destination,
})

test('a new service comes whole and first, one that is gone goes last', t => {
  const rig = newRig().toActive()
  const mail = { ...web, name: 'mail', port: 25 }
  const { effects } = reload(rig, { ...other, services: [mail] })
  const [applied] = effects.flatMap(each => (each.kind === 'ipvs_apply' ? [each.changes] : []))
  t.deepEqual(
    applied?.map(({ kind }) => kind),
    ['add_service', 'add_destination', 'add_destination', 'delete_service'],
  )
})

test('a real server that is taken out drains, and that it goes is no repair', t => {
  const rig = newRig().toActive()
  const { effects } = reload(rig, withWeb({ real_servers: [one] }))
  // The kernel still holds connections of it.
  const apply = effects.find(each => each.kind === 'ipvs_apply')
  t.deepEqual(apply?.kind === 'ipvs_apply' ? apply.changes.map(({ kind }) => kind) : [], [
    'delete_destination',
  ])
  const busy = newRig().toActive()
  hold(busy, 3)
  const drained = reload(busy, withWeb({ real_servers: [one] }))
  t.deepEqual(only(drained.effects, 'ipvs_apply'), [
    {
      kind: 'ipvs_apply',
      changes: [change('set_destination', { ...two, forward: 'nat', weight: 0 })],
    },
  ])
  t.deepEqual(saidIn(answerReads(busy, drained.effects, 3, 0)), ['lb1 reloaded'])
  busy.pass(10_000)
  const gone = answerReads(busy, busy.step({ kind: 'wake' }), 0, 0)
  t.deepEqual(only(gone, 'ipvs_apply').length, 1)
  t.false(saidIn(gone).includes('ipvs ipvs_repaired'))
})

/** Lets the director read a table in which the second real server has connections. */
function hold(rig: Rig, connections: number): void {
  rig.pass(6_000)
  answerReads(rig, rig.step({ kind: 'wake' }), connections, 1)
}

function answerReads(
  rig: Rig,
  effects: readonly Effect[],
  active_connections: number,
  weight: number,
): readonly Effect[] {
  return effects.flatMap(effect => {
    if (effect.kind === 'ipvs_apply') {
      const answered = rig.step({ kind: 'done', ticket: effect.ticket, errno: 0 })
      return [effect, ...answerReads(rig, answered, active_connections, weight)]
    }
    if (effect.kind !== 'ipvs_read') return [effect]
    const services = [
      {
        key: { protocol: 'tcp' as const, address: '192.0.2.100', port: 80 },
        ...{ scheduler: 'wlc', flags: 0, timeout_s: 0 },
        destinations: [
          { ...one, forward: 'nat' as const },
          { ...two, forward: 'nat' as const, weight, active_connections },
        ],
      },
    ]
    const { ticket } = effect
    return [effect, ...rig.step({ kind: 'ipvs_table', ticket, services })]
  })
}

test('a new VIP is in adverts and announced once the kernel was seen to hold it, it alone', t => {
  const rig = newRig().toActive().live(5_000)
  const { effects } = reload(rig, twoVips)
  t.deepEqual(only(effects, 'set_vips'), [
    { kind: 'set_vips', instance: 'front', addresses: ['192.0.2.100/24', '192.0.2.101/24'] },
  ])
  t.deepEqual(listedIn(rig.live(1_000), 'front'), 1)
  const ticket = effects.flatMap(each => (each.kind === 'set_vips' ? each.ticket : []))[0] ?? 0
  const held = rig.step({ kind: 'done', ticket, errno: 0 })
  t.deepEqual(sentIn(held), ['front arp 192.0.2.101'])
  t.deepEqual(saidIn(held), ['front vips_changed'])
  t.is(listedIn(rig, 'front'), 2)
  t.is(rig.state.groups[0]?.role, 'active')
})

const listedIn = ({ state }: Rig, name: string): number | undefined => {
  const frame = state.instances.find(each => each.name === name)?.frames?.advert
  return frame?.kind === 'send' ? frame.frame[14 + 20 + 3] : undefined
}

test('the advert after a change of VIPs is due when it was', t => {
  const rig = newRig().toActive().live(5_300)
  const due = rig.state.instances.map(({ router }) => router.advertAt)
  rig.settle(reload(rig, twoVips).effects)
  t.deepEqual(
    rig.state.instances.map(({ router }) => router.advertAt),
    due,
  )
})

test('a backup has the new VIPs too and announces none', t => {
  const rig = newRig().toBackup()
  const all = rig.settle(reload(rig, twoVips).effects)
  t.deepEqual(sentIn(all), [])
  t.is(rig.state.instances[0]?.addresses.length, 2)
  t.is(rig.state.groups[0]?.role, 'backup')
})

test('VIPs that the kernel refuses are asked for again, and what is advertised stays', t => {
  const rig = newRig().toActive().live(5_000)
  const { effects } = reload(rig, twoVips)
  const ticket = effects.flatMap(each => (each.kind === 'set_vips' ? each.ticket : []))[0] ?? 0
  const refused = rig.step({ kind: 'done', ticket, errno: 12 })
  t.deepEqual(saidIn(refused), ['front vips_not_changed'])
  t.is(listedIn(rig, 'front'), 1)
  const status = answerIn(rig.ask({ command: 'status' })) as Status
  t.true(validateStatus(status), JSON.stringify(validateStatus.errors))
  const { instances, problems } = status
  t.like(instances[0]?.vips, {
    addresses: ['192.0.2.100/24'],
    changing: { addresses: ['192.0.2.100/24', '192.0.2.101/24'], errno: 12 },
  })
  t.true(problems.some(({ code }) => code === 'vips_not_changed'))
  const again = rig.pass(100).step({ kind: 'wake' })
  t.is(only(again, 'set_vips').length, 1)
  const late = rig.pass(10_000).step({ kind: 'wake' })
  t.deepEqual(
    saidIn(late).filter(said => said.includes('vips')),
    [],
  )
  t.is(only(rig.pass(200).step({ kind: 'wake' }), 'set_vips').length, 1)
})

test('a VIP that is taken away is forgotten with who claimed it', t => {
  const rig = newRig(twoVips).toActive()
  const [front] = rig.state.instances
  front?.conflicts.push({
    ...{ address: front.addresses[1] ?? 0, mac: '02:00:00:00:00:01', count: 1 },
    ...{ firstAt: rig.now, lastAt: rig.now, defendedAt: undefined, againAt: undefined },
  })
  rig.settle(reload(rig, { ...running, shared_digest: '7c'.repeat(32) }).effects)
  t.deepEqual(front?.conflicts, [])
  t.is(front?.addresses.length, 1)
})

test('what is known of real servers stays, and a check under way begins again', t => {
  const rig = newRig().toActive()
  rig.live(4_000)
  const [first] = rig.state.health.targets
  const since = first?.since
  t.is(first?.verdict, 'up')
  const probing = rig.next()
  const started = [...probing, ...rig.next()].flatMap(each =>
    each.kind === 'probe_start' ? [each.probe] : [],
  )
  t.true(started.length > 0)
  const { effects } = reload(rig, withWeb({ real_servers: [one, two, third] }))
  t.deepEqual(
    effects.flatMap(each => (each.kind === 'probe_cancel' ? [each.probe] : [])),
    started,
  )
  t.deepEqual(
    rig.state.health.targets.map(({ verdict }) => verdict),
    ['up', 'up', 'unknown'],
  )
  t.is(rig.state.health.targets[0]?.since, since)
  t.true(rig.step({ kind: 'wake' }).some(({ kind }) => kind === 'probe_start'))
})

test('a real server that is down stays out of the table over a reload', t => {
  const rig = newRig().toActive()
  for (let failures = 0; failures < 2; ) {
    for (const effect of rig.next()) {
      if (effect.kind !== 'probe_start') continue
      const isTwo = effect.address === two.address
      if (isTwo) failures += 1
      rig.settle(rig.step({ kind: 'probe', probe: effect.probe, errno: isTwo ? 111 : 0 }))
    }
  }
  const { effects } = reload(rig, withWeb({ real_servers: [{ ...one, weight: 3 }, two] }))
  t.deepEqual(only(effects, 'ipvs_apply'), [
    {
      kind: 'ipvs_apply',
      changes: [change('set_destination', { ...one, forward: 'nat', weight: 3 })],
    },
  ])
  const { check: _, ...unchecked } = web
  const again = reload(rig, {
    ...withWeb({}),
    services: [unchecked],
    shared_digest: '8d'.repeat(32),
  })
  t.deepEqual(Object.keys(rig.state.health.down), [])
  t.true(again.answer.accepted)
})

const refused: readonly (readonly [string, NodeConfig, string])[] = [
  ['a priority', withInstance({ priority: 50 }), 'vrrp.instances[0].priority'],
  [
    'an advert interval',
    withInstance({ advert_interval_ms: 500 }),
    'vrrp.instances[0].advert_interval_ms',
  ],
  ['another family', withVips(['fe80::1/64']), 'vrrp.instances[0].addresses'],
  ['the other node', { ...other, node: { name: 'lb2', id: 2 } }, 'node.name'],
  ['fewer interfaces', { ...other, interfaces: other.interfaces.slice(1) }, 'interfaces'],
  ['a watchdog', { ...other, watchdog: { timeout_s: 10 } }, 'watchdog'],
  ['services with the old digest', { ...running, services: [] }, 'shared_digest'],
]

function withInstance(fields: object): NodeConfig {
  const [first, ...more] = other.vrrp.instances
  return {
    ...other,
    vrrp: { ...other.vrrp, instances: [{ ...first, ...fields }, ...more] },
  } as NodeConfig
}

for (const [what, config, path] of refused) {
  test(`${what} needs a start: nothing is changed, and the path is named`, t => {
    const rig = newRig().toActive()
    const before = encodeRecord({ ...rig.state, loop: undefined, hash: undefined })
    const { effects, answer } = reload(rig, { ...config, services: [] })
    t.true(validate(answer), JSON.stringify(validate.errors))
    t.like(answer, { accepted: false, outcome: 'refused', changes: [] })
    t.true(answer.refused.some(each => each.path === path))
    t.deepEqual(saidIn(effects), ['lb1 reload_refused'])
    t.deepEqual(doneIn(effects), [])
    t.is(encodeRecord({ ...rig.state, loop: undefined, hash: undefined }), before)
  })
}

test('VIPs without virtual MAC need a start', t => {
  const [own] = pairConfigs({ isOnOwnMac: true })
  const config = {
    ...own,
    shared_digest: '6b'.repeat(32),
    vrrp: {
      ...own.vrrp,
      instances: twoVips.vrrp.instances.map(each => ({
        ...each,
        virtual_mac: false,
        more_addresses: undefined,
      })),
    },
  }
  const { answer } = reload(
    newRig(own).toActive(),
    JSON.parse(JSON.stringify(config)) as NodeConfig,
  )
  t.deepEqual(
    answer.refused.map(({ path }) => path),
    ['vrrp.instances[0].addresses'],
  )
})

test('a check says what would change and changes nothing', t => {
  const rig = newRig().toActive()
  const { effects, answer } = reload(rig, withWeb({ scheduler: 'wrr' }), true)
  t.like(answer, { accepted: true, outcome: 'possible', shared_digest: running.shared_digest })
  t.deepEqual(
    answer.changes.map(({ subject, detail }) => `${subject} ${detail}`),
    ['service web scheduler', 'shared_digest '],
  )
  t.deepEqual(
    effects.map(({ kind }) => kind),
    ['reply'],
  )
})

test('the same once more changes nothing, and an agent that loads is asked later', t => {
  const rig = newRig().toActive()
  rig.settle(reload(rig, twoVips).effects)
  const again = reload(rig, twoVips)
  t.is(again.answer.outcome, 'unchanged')
  t.deepEqual(
    again.effects.map(({ kind }) => kind),
    ['reply'],
  )
  t.is(reload(newRig(), twoVips).answer.outcome, 'refused')
})

test('the peer is told the digest of the config that runs', t => {
  const [config] = pairConfigs(guarded)
  const rig = newRig(config).toBackup()
  rig.settle(reload(rig, { ...config, shared_digest: '6b'.repeat(32) }).effects)
  t.is(rig.state.heartbeat?.identity.digest, 0x6b6b6b6b)
})

test('after any reloads what follows from the config is as after a start with it', t => {
  const { check, ...unchecked } = web
  const mail = { ...web, name: 'mail', port: 25, check: { ...check, fall: 3 } as never }
  const configs = [
    withWeb({ real_servers: [{ ...one, weight: 5 }, third] }),
    { ...twoVips, services: [mail, { ...web, scheduler: 'sh' }], shared_digest: '7c'.repeat(32) },
    { ...withVips(['192.0.2.102/24'], ['192.0.2.100/24']), services: [unchecked, mail] },
    { ...running, services: [], shared_digest: '8d'.repeat(32) },
    running,
  ] as const
  const rig = newRig().toActive()
  for (const config of configs) {
    const { answer, effects } = reload(rig, config)
    t.true(answer.accepted)
    rig.settle(effects)
    rig.live(3_000)
    const fresh = newRig(config).toActive()
    t.deepEqual(followsIn(rig), followsIn(fresh))
  }
})

const followsIn = ({ state }: Rig) => ({
  desired: state.ipvs.desired,
  slices: state.ipvs.slices,
  targets: state.health.targets.map(target => [nameOfTarget(target), target.uses]),
  instances: state.instances.map(each => [each.addresses, each.listed, each.frames]),
})

test('a record with a reload is replayed to the same effects', t => {
  const rig = newRig()
  const { version, entropy, held } = testLife
  const events = [
    { kind: 'reload', at: 2_000_000, client: 7, file: '/n.json', config: twoVips, check: false },
    {
      kind: 'reload',
      at: 2_000_001,
      client: 7,
      file: '/n.json',
      config: withInstance({ priority: 9 }),
      check: false,
    },
  ] as const
  const lines = [
    { kind: 'begin', at: 1_000_000, config: running, version, entropy, held },
    ...events,
  ]
  const effects = replay(lines.map(encodeRecord), testLife.hash)
  t.is(effects.length, 3)
  rig.now = events[0].at as typeof rig.now
  t.is(effects[1], encodeRecord(reload(rig, twoVips).effects))
})

test('for a person the answer says what changed, and what is left to do', t => {
  const rig = newRig().toActive()
  const config = withWeb({ real_servers: [{ ...one, weight: 5 }, two] })
  const { answer } = reload(rig, config)
  t.is(
    renderReload(answer),
    `lb1: reloaded from /n.json
  real server web 10.77.0.21:80 changed: weight 1 to 5
  shared_digest changed
${answer.to_do.map(text => `  to do:   ${text}\n`).join('')}`,
  )
  t.regex(answer.to_do.join('\n'), /^reload the other node .*\nstamp this node anew: /)
  const refusal = renderReload(reload(rig, withInstance({ priority: 50 })).answer)
  t.regex(refusal, /^lb1: refused, and nothing was changed by \/n.json\n/)
  t.regex(refusal, / {2}vrrp.instances\[0\].priority: is taken at a start of the agent only\n/)
  t.regex(refusal, / {2}to do: {3}hand over with `directorctl standby`/)
})
