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
