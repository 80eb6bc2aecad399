import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test, { type ExecutionContext } from 'ava'
import type { Explanation, Explanations } from '../../../src/agent/control/explain.ts'
import { renderExplanations } from '../../../src/agent/control/render-explain.ts'
import { pairConfigs } from '../../../src/sim/pair.ts'
import { answerIn, newRig, type Rig } from '../../support/rig.ts'

const schema = new URL('../../../src/agent/control/explain.schema.json', import.meta.url)
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schema, 'utf8')),
)

function explained(t: ExecutionContext, rig: Rig, instance?: string): Explanations {
  const request = instance === undefined ? {} : { instance }
  const said = answerIn(rig.ask({ command: 'explain', ...request })) as Explanations
  t.true(validate(said), JSON.stringify(validate.errors))
  return said
}

const front = (t: ExecutionContext, rig: Rig) => explained(t, rig, 'front').instances[0]

test('all instances are explained, or the one that is named', t => {
  const rig = newRig().toBackup()
  t.deepEqual(
    explained(t, rig).instances.map(({ name }) => name),
    ['front', 'back'],
  )
  t.is(explained(t, rig, 'back').instances.length, 1)
  const wrong = answerIn(rig.ask({ command: 'explain', instance: 'side' }))
  t.like(wrong, { error: { code: 'unknown_instance', expected: 'front, back', found: 'side' } })
})

test('a failback that waits for its delay is named', t => {
  const config = pairConfigs({ failback: 'automatic', failback_delay_ms: 1_000 })[0]
  const rig = newRig(config).toBackup()
  t.like(front(t, rig)?.next, { timer: 'failback', in_s: 1 })
})

test('it names the next deadline of the instance with its timer', t => {
  const begun = newRig()
  t.is(front(t, begun)?.next?.timer, 'flip')
  begun.settle(begun.begun)
  for (const name of ['front', 'back', 'mgmt']) begun.link(name, true)
  t.like(front(t, begun)?.next, { timer: 'startup_hold', in_s: 2 })
  t.is(front(t, begun)?.waiting_for, 'startup_hold')
  const rig = newRig().toBackup()
  t.like(front(t, rig)?.next, { timer: 'active_down', in_s: 3.219 })
  rig.toBackup()
  t.like(front(t, newRig().toActive())?.next, { timer: 'advert', in_s: 1 })
})

test('a takeover is explained by what the peer said last, and when', t => {
  const rig = newRig().toBackup()
  for (const instance of ['front', 'back']) rig.hear({ instance, priority: 254 })
  rig.now = (rig.state.instances[1]?.router.downAt ?? 0) as typeof rig.now
  rig.settle(rig.step({ kind: 'wake' }))
  const said = front(t, rig) as Explanation
  t.like(said, { state: 'active', reason: 'down_timer_expired' })
  t.like(said.facts, {
    instance: 'back',
    peer: '10.77.0.12',
    peer_priority: 254,
    heard_us_ago: 3_218_750,
  })
  t.deepEqual(
    said.transitions.map(({ from, to }) => `${from} ${to}`),
    ['backup active', 'initialize backup'],
  )
  t.is(renderExplanations({ schema: 1, node: 'lb1', uptime_s: 1, instances: [said] }), SHOWN)
})

const CAUSE =
  'down_timer_expired instance=back peer=10.77.0.12 peer_priority=254 heard_us_ago=3218750'

const SHOWN = `front of service: active for 0.0s, priority 200
  because     no advert of an active router was heard for Active_Down_Interval
  reason      ${CAUSE}
  next        in 1.0s, advert: the next advert is sent
  peer        192.0.2.12 said priority 254, 3.2s ago (1 adverts)
  0.0s ago    backup -> active, ${CAUSE}
  3.2s ago    initialize -> backup, startup_complete
`

test('standby that waits for nobody says so, and the status has an alarm', t => {
  const rig = newRig().toActive()
  rig.settle(rig.ask({ command: 'standby', force: true }))
  rig.now = (rig.state.instances[0]?.router.downAt ?? 0) as typeof rig.now
  rig.step({ kind: 'wake' })
  const said = front(t, rig) as Explanation
  t.like(said, { standby: 'held', next: null, reason: 'operator_standby' })
  const lines = renderExplanations({ schema: 1, node: 'lb1', uptime_s: 1, instances: [said] })
  t.true(lines.includes('  standby     held, until directorctl join\n'))
  t.true(lines.includes('  next        no timer runs: it waits for an event\n'))
  t.true(lines.includes('no other router was heard since the agent started'))
  const { problems } = answerIn(rig.ask({ command: 'status' })) as {
    problems: readonly { level: string; code: string }[]
  }
  t.deepEqual(
    problems.map(({ level, code }) => `${level} ${code}`),
    ['alarm standby_without_active'],
  )
})
