import test from 'ava'
import { guards } from '../../src/agent/arbiter/rules.ts'
import { guardedScenarios } from '../../src/sim/guarded-list.ts'
import { runScenario } from '../../src/sim/scenario.ts'
import { without } from '../support/without.ts'

// Each guard of the arbitration is taken out: the row that is named here must fail without it.
const NOTICED_BY: Readonly<Record<string, number>> = {
  G1: 1,
  G2: 80,
  G3: 75,
  G4: 1,
  G5: 62,
  G6: 62,
  G7: 63,
  G8: 6,
  G9: 40,
  G26: 85,
  G10: 30,
  G11: 11,
  G12: 79,
  G13: 81,
  G14: 2,
  G24: 83,
  G15: 5,
  G25: 84,
  G16: 16,
  G17: 37,
  G18: 82,
  G19: 18,
  G29: 86,
  G27: 101,
  G28: 102,
  G20: 74,
  G21: 73,
  G22: 73,
  G23: 1,
  K1: 20,
  K2: 62,
  K3: 63,
  K4: 30,
  K5: 6,
  K6: 76,
  K7: 19,
  K8: 1,
}

// Only what is said changes without them: the peer refuses a failback to another configuration or
// to who reaches less (K4), and whoever is active has open VIPs (G13).
const REASON_ALONE: readonly string[] = ['G9', 'G26', 'G11']

for (const rules of [guards.backup, guards.active]) {
  for (const guard of rules) {
    const row = NOTICED_BY[guard.id]
    test.serial(`row ${row} goes wrong without ${guard.id}, ${guard.because}`, t => {
      t.is(failureOf(row), undefined, 'with the guard')
      const failure = without(rules, guard, () => failureOf(row))
      t.not(failure, undefined)
      t.is(failure === 'check', REASON_ALONE.includes(guard.id), failure)
    })
  }
}

function failureOf(row: number | undefined): string | undefined {
  const scenario = guardedScenarios.find(each => each.row === row)
  if (scenario === undefined) return 'no such row'
  try {
    const verdict = runScenario(scenario, 1)
    return verdict.kind === 'held' ? undefined : verdict.id
  } catch {
    // No rule is left that matches.
    return 'thrown'
  }
}
