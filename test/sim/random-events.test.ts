import test from 'ava'
import fc from 'fast-check'
import { nextDeadline } from '../../src/agent/director.ts'
import type { Effect } from '../../src/agent/machine.ts'
import type { NodeConfig, ServiceConfig, VrrpInstanceConfig } from '../../src/model/node-config.ts'
import { pairConfigs } from '../../src/sim/pair.ts'
import { effort, seed } from '../support/effort.ts'
import { newRig, type Rig, sentIn } from '../support/rig.ts'

// One director, and a world without any sense: whatever comes in whatever order, it must not throw,
// its groups must move together, and it must announce nothing that was not opened.
const happenings = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wake' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.integer({ min: 0, max: 9_000 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('answer' as const), errno: errnos(), nth: fc.nat(5) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('hear' as const),
      instance: fc.constantFrom('front', 'back'),
      priority: fc.constantFrom(0, 1, 199, 200, 201, 255),
      source: fc.constantFrom('192.0.2.10', '192.0.2.12', '10.77.0.12', '10.77.0.10'),
      interval_cs: fc.constantFrom(1, 100, 4095),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('link' as const),
      name: fc.constantFrom('front', 'back', 'mgmt', 'nowhere'),
      up: fc.boolean(),
      address: fc.constantFrom(undefined, '', '192.0.2.77/24'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('packet' as const),
      packet: fc.uint8Array({ maxLength: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      command: fc.constantFrom('status', 'explain', 'standby', 'takeover', 'join'),
      force: fc.constantFrom(undefined, true, false),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('reload' as const),
      vips: fc.nat(2),
      servers: fc.nat(3),
      check: fc.boolean(),
    }),
  },
)

function errnos() {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.constantFrom(1, 5, 16, 110))
}

type Happening = typeof happenings extends fc.Arbitrary<infer Value> ? Value : never

interface Run {
  readonly rig: Rig
  /** Effects that still wait for their answer. */
  readonly owed: Effect[]
}

function happen({ rig, owed }: Run, what: Happening): readonly Effect[] {
  switch (what.do) {
    case 'wake':
      return nextDeadline(rig.state) === undefined ? [] : rig.next()
    case 'pass':
      return rig.pass(what.ms).step({ kind: 'wake' })
    case 'hear':
      return rig.hear(what)
    case 'link':
      return rig.link(what.name, what.up, what.address)
    case 'packet':
      return rig.step({ kind: 'advert', interface: 'front', packet: what.packet })
    case 'ask': {
      const { command, force } = what
      const request =
        command === 'standby' && force !== undefined ? { command, force } : { command }
      return rig.ask(request)
    }
    case 'reload':
      return rig.step({ ...RELOAD, config: configWith(what.vips, what.servers), check: what.check })
    default: {
      const [effect] = owed.splice(what.nth % Math.max(owed.length, 1), 1)
      return effect === undefined ? [] : answer(rig, effect, what.errno)
    }
  }
}

const RELOAD = { kind: 'reload', client: 7, file: '/node.json' } as const

/** So many VIPs and real servers more or less than the pair has. */
function configWith(vips: number, servers: number): NodeConfig {
  const [config] = pairConfigs()
  const [front, ...others] = config.vrrp.instances
  const [web] = config.services
  const addresses = ['192.0.2.101/24', '192.0.2.100/24', '192.0.2.102/24'].slice(0, vips + 1)
  const real_servers = ['10.77.0.22', '10.77.0.21', '10.77.0.23'].map(address => ({
    ...{ address, port: 80, weight: servers },
  }))
  return {
    ...config,
    shared_digest: `${vips}${servers}`.repeat(32),
    vrrp: {
      ...config.vrrp,
      instances: [{ ...(front as VrrpInstanceConfig), addresses }, ...others],
    },
    services: [{ ...(web as ServiceConfig), real_servers: real_servers.slice(0, servers) }],
  }
}

function answer(rig: Rig, effect: Effect, errno: number): readonly Effect[] {
  if (effect.kind === 'probe_start') return rig.step({ kind: 'probe', probe: effect.probe, errno })
  if (effect.kind === 'ipvs_read' && errno === 0) {
    const services = Object.values(rig.state.ipvs.desired)
    return rig.step({ kind: 'ipvs_table', ticket: effect.ticket, services })
  }
  return 'ticket' in effect ? rig.step({ kind: 'done', ticket: effect.ticket, errno }) : []
}

const isOwed = ({ kind }: Effect) =>
  ['flip', 'set_vips', 'ipvs_read', 'ipvs_apply', 'probe_start'].includes(kind)

test('whatever happens, it does not throw, moves groups together, announces only what is open', t => {
  const check = fc.property(fc.array(happenings, { maxLength: 120 }), list => {
    const rig = newRig()
    const run: Run = { rig, owed: rig.begun.filter(isOwed) }
    for (const what of list) {
      const effects = happen(run, what)
      run.owed.push(...effects.filter(isOwed))
      const [front, back] = rig.state.instances
      t.is(front?.router.role, back?.router.role)
      const closed = rig.state.instances.filter(({ vips }) => vips.is !== 'open')
      const wrong = sentIn(effects).filter(
        line => !line.endsWith('advert 0') && closed.some(({ name }) => line.startsWith(name)),
      )
      t.deepEqual(wrong, [])
      // VIPs are adopted as the kernel was seen to hold them, and announced no sooner.
      const pending = rig.state.changing.find(({ instance }) => instance === 0)
      const held = pending?.held ?? rig.state.config.vrrp.instances[0]?.addresses ?? []
      const known = held.map(prefix => prefix.slice(0, prefix.indexOf('/')))
      t.is(front?.addresses.length, known.length)
      const announced = sentIn(effects).filter(line => line.startsWith('front arp'))
      t.deepEqual(
        announced.filter(line => !known.some(vip => line.endsWith(vip))),
        [],
      )
    }
  })
  fc.assert(check, { numRuns: effort(150, 5_000), seed })
})
