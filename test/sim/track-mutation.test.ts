import test from 'ava'
import { priorityRules, trackRules } from '../../src/agent/vrrp/track.ts'
import { runScenario } from '../../src/sim/scenario.ts'
import { scenarios } from '../../src/sim/scenario-list.ts'
import { without } from '../support/without.ts'

// Each rule of tracking is taken out: the row that is named here must fail without it.
const NOTICED_BY: Readonly<Record<string, number>> = {
  T1: 111,
  T2: 110,
  T3: 112,
  T4: 113,
  T5: 110,
  T6: 114,
  T7: 115,
  T8: 113,
}

function failureOf(row: number | undefined): string | undefined {
  const scenario = scenarios.find(each => each.row === row)
  if (scenario === undefined) return 'no such row'
  try {
    const verdict = runScenario(scenario, 1)
    return verdict.kind === 'held' ? undefined : verdict.id
  } catch {
    // No rule is left that matches.
    return 'thrown'
  }
}

function mutate(rules: readonly { readonly id: string }[]): void {
  for (const rule of rules) {
    const row = NOTICED_BY[rule.id]
    test.serial(`row ${row} goes wrong without ${rule.id} of tracking`, t => {
      t.is(failureOf(row), undefined, 'with the rule')
      t.not(
        without(rules, rule, () => failureOf(row)),
        undefined,
      )
    })
  }
}

mutate(trackRules)
mutate(priorityRules)
