import test from 'ava'
import { runScenario } from '../../src/sim/scenario.ts'
import { scenarios } from '../../src/sim/scenario-list.ts'

for (const scenario of scenarios) {
  test(`row ${scenario.row}: ${scenario.title}`, t => {
    for (const seed of [1, 2, 3]) {
      const verdict = runScenario(scenario, seed)
      t.is(verdict.kind, 'held', `seed ${seed}: ${JSON.stringify(verdict)}`)
    }
  })
}

test('no row is written twice', t => {
  const rows = scenarios.map(({ row }) => row)
  t.deepEqual(rows, [...new Set(rows)])
})
