import test from 'ava'
import { guardedScenarios } from '../../src/sim/guarded-list.ts'
import { runScenario } from '../../src/sim/scenario.ts'

for (const scenario of guardedScenarios) {
  test(`row ${scenario.row} with a heartbeat: ${scenario.title}`, t => {
    for (const seed of [1, 2, 3]) {
      const verdict = runScenario(scenario, seed)
      t.is(verdict.kind, 'held', `seed ${seed}: ${JSON.stringify(verdict)}`)
    }
  })
}

test('without the audit of the kernel row 51 has two nodes that answer, and the check sees it', t => {
  const row = guardedScenarios.find(scenario => scenario.row === 51)
  if (row === undefined) return t.fail()
  const verdict = runScenario({ ...row, pair: { ...row.pair, isAudited: false } }, 1)
  t.is(verdict.kind === 'unsafe' ? verdict.id : verdict.kind, 'I1')
})
