import test from 'ava'
import { startExchange } from '../../../src/agent/kernel/ask.ts'
import {
  addMoving,
  movingOf,
  removeLeftRoutes,
  removeMoving,
  removingDatagrams,
  repairMoving,
} from '../../../src/agent/kernel/moving.ts'
import type { Answer, Ask } from '../../../src/agent/kernel/talk.ts'
import { decodeMessages } from '../../../src/agent/wire/netlink.ts'
import { decodeMovingRoute } from '../../../src/agent/wire/netlink-route.ts'
import { decodeRule } from '../../../src/agent/wire/netlink-rule.ts'
import type { VrrpInstanceConfig } from '../../../src/model/node-config.ts'
import { isAsFixture } from '../../support/netlink-fixture.ts'
import { answered, hold, withMessages } from '../../support/scripted-kernel.ts'

const [NEWROUTE, DELROUTE, GETROUTE, NEWRULE, DELRULE, GETRULE] = [24, 25, 26, 32, 33, 34]
const EEXIST = 17
const ESRCH = 3

const instance: VrrpInstanceConfig = {
  ...{ name: 'front', interface: 'front', vrid: 10, priority: 200, advert_interval_ms: 1000 },
  ...{ addresses: ['192.0.2.100/24'], version: 3, checksum: 'message', unicast: false },
  accept: true,
  blocks: ['203.0.113.0/24'],
  routes: [{ to: '0.0.0.0/0', via: '192.0.2.1', table: 1000, source: '192.0.2.100' }],
  rules: [{ from: '192.0.2.100/32', table: 1000, preference: 10_000 }],
}
const moving = movingOf(instance, { index: 2 })
if (moving === undefined) throw new Error('routes follow this instance')

/** Routes and rules by their payload: a dump says what was added, as it was added. */
class Tables {
  readonly held = new Map<string, { type: number; payload: Uint8Array }>()
  forgets = false
  refuses = 0

  answer = (ask: Ask): Answer => {
    const [first] = ask.requests
    if (first?.type === GETROUTE || first?.type === GETRULE) {
      const type = first.type === GETROUTE ? NEWROUTE : NEWRULE
      const found = [...this.held.values()].filter(
        each => each.type === type && each.payload[0] === first.payload[0],
      )
      return withMessages(found.map(each => ({ ...each, flags: 0, sequence: 1, port: 0 })))
    }
    if (this.refuses > 0) return answered(this.refuses)
    const errors = ask.requests.flatMap(({ type, payload }, request) => {
      const key = Buffer.from(payload).toString('hex')
      const isKnown = this.held.has(key)
      if (type === DELROUTE || type === DELRULE) {
        this.held.delete(key)
        return isKnown ? [] : { request, errno: type === DELROUTE ? ESRCH : 2 }
      }
      if (!this.forgets) this.held.set(key, { type, payload })
      return isKnown && type === NEWRULE ? { request, errno: EEXIST } : []
    })
    return { errno: errors[0]?.errno ?? 0, errors, messages: [] }
  }
}

test('a block is a local route, and all that is removed goes in one datagram', t => {
  const tables = new Tables()
  const { end, asks } = hold(addMoving(moving), tables.answer)
  t.is(end.kind, 'done')
  const [adding] = asks
  if (adding === undefined) return t.fail()
  t.true(isAsFixture('moving-add', 'route', startExchange(adding, 1).datagram))
  const [removing] = removingDatagrams([moving])
  t.deepEqual(
    decodeMessages(removing?.datagram ?? new Uint8Array()).map(({ type }) => type),
    [DELRULE, DELROUTE, DELROUTE],
  )
})

test('what was sent is read as it was meant', t => {
  const tables = new Tables()
  hold(addMoving(moving), tables.answer)
  const messages = [...tables.held.values()].map(each => ({
    ...{ ...each, flags: 0, sequence: 1, port: 0 },
  }))
  t.deepEqual(
    messages.flatMap(each => decodeMovingRoute(each) ?? []),
    [...moving.routes],
  )
  t.deepEqual(
    messages.flatMap(each => decodeRule(each) ?? []),
    [...moving.rules],
  )
})

test('what is there already or gone already is no failure, what stays or lacks is one', t => {
  const tables = new Tables()
  t.is(hold(addMoving(moving), tables.answer).end.kind, 'done')
  t.is(hold(addMoving(moving), tables.answer).end.kind, 'done')
  t.is(hold(removeMoving(moving), tables.answer).end.kind, 'done')
  t.is(hold(removeMoving(moving), tables.answer).end.kind, 'done')
  t.is(tables.held.size, 0)
  tables.forgets = true
  t.like(hold(addMoving(moving), tables.answer).end, {
    failure: { errno: 5, step: 'change the routes of front: 3 are missing' },
  })
  tables.refuses = 101
  t.like(hold(addMoving(moving), tables.answer).end, {
    failure: { errno: 101, step: 'add the routes of front' },
  })
})

test('a repair adds what someone removed, and removes what someone added', t => {
  const tables = new Tables()
  hold(addMoving(moving), tables.answer)
  t.like(hold(repairMoving(moving, 'open'), tables.answer).end, { value: 0 })
  const [key = ''] = tables.held.keys()
  tables.held.delete(key)
  t.like(hold(repairMoving(moving, 'open'), tables.answer).end, { value: 1 })
  t.is(tables.held.size, 3)
  t.like(hold(repairMoving(moving, 'closed'), tables.answer).end, { value: 3 })
  t.is(tables.held.size, 0)
})

test('routes of an earlier life are removed, those of others stay', t => {
  const tables = new Tables()
  hold(addMoving(moving), tables.answer)
  const [route] = [...tables.held.values()]
  const foreign = route?.payload.slice() ?? new Uint8Array()
  // rtm_protocol: the administrator.
  foreign[5] = 4
  tables.held.set('foreign', { type: NEWROUTE, payload: foreign })
  t.is(hold(removeLeftRoutes(), tables.answer).end.kind, 'done')
  t.deepEqual([...tables.held.keys()], ['foreign'])
})

test('an instance that nothing follows has nothing to move', t => {
  const { blocks: _, routes: __, rules: ___, ...plain } = instance
  t.is(movingOf(plain, { index: 2 }), undefined)
})
