import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import type { OrderAnswer } from '../../../src/agent/control/order.ts'
import { renderOrder } from '../../../src/agent/control/render-order.ts'
import { REASONS } from '../../../src/agent/reasons.ts'
import { answerIn, newRig, type Rig } from '../../support/rig.ts'

const schema = new URL('../../../src/agent/control/order.schema.json', import.meta.url)
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schema, 'utf8')),
)

const order = (rig: Rig, request: object) => answerIn(rig.ask(request)) as OrderAnswer

test('each order is answered in the documented shape, refused or not', t => {
  for (const command of ['standby', 'takeover', 'join', 'hold'] as const) {
    for (const rig of [newRig(), newRig().toBackup(), newRig().toActive()]) {
      const said = order(rig as Rig, { command, group: 'service' })
      t.true(validate(said), JSON.stringify(validate.errors))
      t.is(said.order, command)
      t.is(said.groups[0]?.text, REASONS[said.groups[0]?.reason ?? 'listening'])
    }
  }
})

test('a group that is not there is an error that names those that are', t => {
  t.deepEqual(order(newRig(), { command: 'standby', group: 'sevrice' }), {
    error: {
      code: 'unknown_group',
      message: 'there is no such group',
      expected: 'service',
      found: 'sevrice',
    },
  } as unknown as OrderAnswer)
})

test('for a person a refusal says why and what to do', t => {
  const rig = newRig().toActive()
  t.is(
    renderOrder(order(rig, { command: 'standby' })),
    `service: refused, it is active now
  because: no other router was heard since the agent started, so nobody may take over
  reason:  no_router_heard instance=front
  to do:   look at the other node: if it is ready, or nobody shall own the VIPs, add --force
`,
  )
})

test('for a person an order that was begun says what it leads to', t => {
  const rig = newRig().toActive()
  const lines = renderOrder(order(rig, { command: 'standby', force: true })).split('\n')
  t.is(lines[0], 'service: standby begun, it is backup now')
})

test('hold keeps a backup from taking over, and an active group is refused', t => {
  const rig = newRig().toBackup()
  t.is(order(rig, { command: 'hold' }).groups[0]?.reason, 'operator_hold')
  t.is(rig.state.groups[0]?.standby, 'held')
  t.is(order(rig, { command: 'hold' }).groups[0]?.outcome, 'unchanged')
  const active = order(newRig().toActive(), { command: 'hold' })
  t.like(active.groups[0], { outcome: 'refused', reason: 'already_active' })
})
