import test from 'ava'
import { after, type Duration, instant, milliseconds, seconds } from '../../../src/agent/units.ts'
import { onAdvert } from '../../../src/agent/vrrp/on-advert.ts'
import { onStartup } from '../../../src/agent/vrrp/on-startup.ts'
import { onTimer } from '../../../src/agent/vrrp/on-timer.ts'
import {
  applyRules,
  type Heard,
  type Role,
  type Router,
  type Rule,
  type Rules,
} from '../../../src/agent/vrrp/router.ts'
import { activeDownInterval, skewTime } from '../../../src/agent/vrrp/timers.ts'
import { changing } from '../../support/changing.ts'

const now = instant(100_000_000)
const OWN = 0xc000020b
const PEER = 0xc000020c

const router = (role: Role, changes: Partial<Router> = {}): Router => ({
  role,
  version: 3,
  priority: 150,
  preempt: true,
  own_interval: seconds(1),
  interval: seconds(1),
  address: OWN,
  downAt: role === 'backup' ? after(now, seconds(2)) : undefined,
  advertAt: role === 'active' ? after(now, milliseconds(500)) : undefined,
  ...changes,
})

const heard = (priority: number, changes: Partial<Heard> = {}): Heard => ({
  source: PEER,
  priority,
  interval: seconds(1),
  ...changes,
})

// The rule, the router after it, and what it asks for.
const outcome = <Input>(rules: Rules<Input>, state: Router, input: Input) => {
  const next = { ...state }
  const { id, moves } = applyRules(rules, next, input, now)
  return [id, next, moves] as const
}

const onHearing = (state: Router, advert: Heard) => outcome(onAdvert, state, advert)
const onDue = (state: Router) => outcome(onTimer, state, undefined)
const atStart = (state: Router) => outcome(onStartup, state, undefined)

test('the timers at 100 cs are those of RFC 9568 6.1', t => {
  const table = [
    [1, 996_093, 3_996_093],
    [100, 609_375, 3_609_375],
    [200, 218_750, 3_218_750],
    [254, 7_812, 3_007_812],
    [255, 3_906, 3_003_906],
  ] as const
  for (const [priority, skew, down] of table) {
    t.is(Number(skewTime(priority, seconds(1))), skew)
    t.is(Number(activeDownInterval(priority, seconds(1))), down)
  }
  t.is(Number(activeDownInterval(100, milliseconds(10))), 36_093)
})

test('the skew of version 2 is in whole seconds, whatever the interval', t => {
  t.is(Number(skewTime(100, seconds(3), 2)), 609_375)
  t.is(Number(activeDownInterval(100, seconds(3), 2)), 9_609_375)
  const state = router('backup', { version: 2, interval: seconds(3), own_interval: seconds(3) })
  const [rule, next] = onHearing(state, heard(200, { interval: seconds(3) }))
  t.is(rule, 'B5')
  t.is(Number(next.downAt), Number(now) + 9_000_000 + 414_062)
  t.is(Number(onHearing(state, heard(0))[1].downAt), Number(now) + 414_062)
})

test('A5: of equal priorities the higher address of IPv6 wins', t => {
  const [low, high] = [`${'fe80'.padEnd(31, '0')}b`, `${'fe80'.padEnd(31, '0')}c`]
  const state = (address: string) => router('active', { address })
  t.is(onHearing(state(low), heard(150, { source: high }))[0], 'A5')
  t.is(onHearing(state(high), heard(150, { source: low }))[0], 'A6')
  t.is(onHearing(state(high), heard(150, { source: high }))[0], 'A6')
})

test('S0: in initialize an advertisement changes nothing', t => {
  const state = router('initialize')
  for (const priority of [0, 1, 255])
    t.deepEqual(onHearing(state, heard(priority)), ['S0', state, []])
  t.deepEqual(onDue(state), ['S0', state, []])
})

test('S1: the owner of the addresses takes them at startup', t => {
  const state = router('initialize', { priority: 255 })
  t.deepEqual(atStart(state), ['S1', state, ['take']])
})

test('S2: anyone else becomes backup and listens by its own interval', t => {
  const state = router('initialize', { priority: 254, interval: seconds(7) })
  const [rule, next, moves] = atStart(state)
  t.deepEqual([rule, moves], ['S2', []])
  t.like(next, { role: 'backup', interval: seconds(1), downAt: after(now, 3_007_812 as Duration) })
})

test('B0 and A0: startup and a spare wake change nothing in a router that runs', t => {
  const [backup, active] = [router('backup'), router('active')]
  t.deepEqual(atStart(backup), ['B0', backup, []])
  t.deepEqual(atStart(active), ['A0', active, []])
  t.deepEqual(onDue(backup), ['B0', backup, []])
  t.deepEqual(onDue(active), ['A0', active, []])
})

test('B3: the backup takes over when its timer fires, and not a microsecond before', t => {
  t.like(onDue(router('backup', { downAt: now })), { 0: 'B3', 2: ['take'] })
  t.is(onDue(router('backup', { downAt: instant(now + 1) }))[0], 'B0')
})

test('L2: a backup that woke late listens once more before it believes the silence', t => {
  const late = router('backup', { downAt: instant(now - 500_001) })
  const [rule, next, moves] = onDue(late)
  t.deepEqual([rule, moves], ['L2', []])
  t.is(next.downAt, after(now, skewTime(150, seconds(1))))
  t.is(onDue(router('backup', { downAt: instant(now - 500_000) }))[0], 'B3')
})

test('B4: priority 0 shortens the wait to the skew', t => {
  const [rule, next, moves] = onHearing(router('backup'), heard(0))
  t.deepEqual([rule, moves], ['B4', ['released']])
  t.is(next.downAt, after(now, skewTime(150, seconds(1))))
  t.not(onHearing(router('backup'), heard(1))[0], 'B4')
})

test('B5: an active router of at least our priority is followed, at its interval', t => {
  const [rule, next, moves] = onHearing(router('backup'), heard(150, { interval: seconds(3) }))
  t.deepEqual([rule, moves], ['B5', []])
  t.is(next.interval, seconds(3))
  t.is(next.downAt, after(now, activeDownInterval(150, seconds(3))))
})

test('B5: without preemption a lower priority is followed as well, but not by an owner', t => {
  t.is(onHearing(router('backup', { preempt: false }), heard(1))[0], 'B5')
  t.is(onHearing(router('backup', { preempt: false, priority: 255 }), heard(1))[0], 'B6')
})

test('B6: with preemption a lower priority does not reset the timer', t => {
  const state = router('backup')
  t.deepEqual(onHearing(state, heard(149, { interval: seconds(9) })), ['B6', state, []])
})

test('A3: the active router advertises in rhythm, even when it was woken a little late', t => {
  const [rule, next, moves] = onDue(router('active', { advertAt: instant(now - 30_000) }))
  t.deepEqual([rule, moves], ['A3', ['advertise']])
  t.is(next.advertAt, instant(now + 970_000))
})

test('A3: after more than an interval the rhythm starts anew', t => {
  const [, next] = onDue(router('active', { advertAt: instant(now - 1_200_000) }))
  t.is(next.advertAt, after(now, seconds(1)))
})

test('L1: an active router that woke after three silent intervals becomes backup unheard', t => {
  const [rule, next, moves] = onDue(router('active', { advertAt: instant(now - 2_000_000) }))
  t.deepEqual([rule, moves], ['L1', ['stalled']])
  t.is(next.downAt, after(now, activeDownInterval(150, seconds(1))))
  t.is(onDue(router('active', { advertAt: instant(now - 1_999_999) }))[0], 'A3')
})

test('A4: priority 0 is answered by an advertisement', t => {
  const [rule, next, moves] = onHearing(router('active'), heard(0))
  t.deepEqual([rule, moves], ['A4', ['advertise']])
  t.is(next.advertAt, after(now, seconds(1)))
})

test('A5: a higher priority wins, and its interval is adopted', t => {
  const [rule, next, moves] = onHearing(router('active'), heard(151, { interval: seconds(2) }))
  t.deepEqual([rule, moves], ['A5', ['yield']])
  t.is(next.advertAt, undefined)
  t.is(next.interval, seconds(2))
  t.is(next.downAt, after(now, activeDownInterval(150, seconds(2))))
})

test('A5: of equal priorities the higher address wins, compared as on the wire', t => {
  t.is(onHearing(router('active'), heard(150))[0], 'A5')
  t.is(onHearing(router('active', { address: PEER }), heard(150, { source: OWN }))[0], 'A6')
  t.is(
    onHearing(router('active', { address: 0x0a000001 }), heard(150, { source: 0xc0000001 }))[0],
    'A5',
  )
  t.is(onHearing(router('active'), heard(150, { source: OWN }))[0], 'A6')
})

test('A6: a lower priority is answered at once, and the VIPs are announced again', t => {
  const [rule, next, moves] = onHearing(router('active'), heard(149, { interval: seconds(9) }))
  t.deepEqual([rule, moves], ['A6', ['advertise', 'announce']])
  t.is(next.interval, seconds(1))
  t.is(next.advertAt, after(now, seconds(1)))
})

test('two owners of the addresses elect by address, as erratum 8298 wants', t => {
  t.is(onHearing(router('active', { priority: 255 }), heard(255))[0], 'A5')
})

const hearing = (role: Role, priority: number, source = PEER) =>
  onHearing(router(role), heard(priority, { source }))[0]
const due = (role: 'backup' | 'active', late_us: number) => {
  const at = instant(now - late_us)
  return onDue(router(role, { downAt: at, advertAt: at }))[0]
}
const starting = (priority: number) => atStart(router('initialize', { priority }))[0]

// A rule, what fires it, and the nearest thing that does not.
const BOUNDARIES: readonly (readonly [rule: string, fires: () => string, misses: () => string])[] =
  [
    ['S1', () => starting(255), () => starting(254)],
    ['S2', () => starting(254), () => starting(255)],
    ['B4', () => hearing('backup', 0), () => hearing('backup', 1)],
    ['B5', () => hearing('backup', 150), () => hearing('backup', 149)],
    ['B6', () => hearing('backup', 149), () => hearing('backup', 150)],
    ['A4', () => hearing('active', 0), () => hearing('active', 1)],
    ['A5', () => hearing('active', 150), () => hearing('active', 150, OWN)],
    ['A6', () => hearing('active', 150, OWN), () => hearing('active', 150)],
    ['L2', () => due('backup', 500_001), () => due('backup', 500_000)],
    ['B3', () => due('backup', 0), () => due('backup', -1)],
    ['B0', () => due('backup', -1), () => due('backup', 0)],
    ['L1', () => due('active', 2_000_000), () => due('active', 1_999_999)],
    ['A3', () => due('active', 0), () => due('active', -1)],
    ['A0', () => due('active', -1), () => due('active', 0)],
  ]

const areHeld = () =>
  BOUNDARIES.every(([rule, fires, misses]) => fires() === rule && misses() !== rule)

test('every rule has a case that fires it, and a nearest one that does not', t => {
  for (const [rule, fires, misses] of BOUNDARIES) {
    t.is(fires(), rule)
    t.not(misses(), rule)
  }
  for (const rules of [onAdvert, onTimer, onStartup]) {
    for (const list of Object.values(rules) as readonly (readonly Rule<never>[])[]) {
      // The last of a list is for all that is left.
      for (const rule of list.slice(0, -1)) {
        for (const value of [false, true]) {
          const held = changing(rule, { when: () => value }, areHeld)
          t.false(held, `${rule.id}, whose condition is ${value}, is not noticed`)
        }
      }
    }
  }
})
