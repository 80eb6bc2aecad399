import test from 'ava'
import { onAdvert } from '../../src/agent/vrrp/on-advert.ts'
import { onStartup } from '../../src/agent/vrrp/on-startup.ts'
import { onTimer } from '../../src/agent/vrrp/on-timer.ts'
import type { Role, Rule } from '../../src/agent/vrrp/router.ts'
import { runScenario } from '../../src/sim/scenario.ts'
import { scenarios } from '../../src/sim/scenario-list.ts'
import { runSeed } from '../../src/sim/swarm.ts'
import { changing } from '../support/changing.ts'

// Each rule is turned off, and then on for everything: some run must go wrong.
type AnyRule = Rule<never>

const tables = { onAdvert, onStartup, onTimer }
const roles: readonly Role[] = ['initialize', 'backup', 'active']

function isNoticed(): boolean {
  try {
    return (
      scenarios.some(scenario => runScenario(scenario, 1).kind !== 'held') ||
      Array.from({ length: 60 }, (_, seed) => runSeed(seed + 1)).some(({ kind }) => kind !== 'held')
    )
  } catch {
    return true
  }
}

// Without A4, a priority 0 is answered by A6 like any other lower priority. Startup happens in
// initialize alone, where no timer runs; and the timer rules are asked only when a timer is due.
const QUIET: readonly string[] = [
  'onAdvert A4 never',
  'onStartup B0 never',
  'onStartup A0 never',
  'onTimer S0 never',
  'onTimer B0 never',
  'onTimer B3 always',
  'onTimer A0 never',
  'onTimer A3 always',
]

for (const [name, table] of Object.entries(tables)) {
  for (const role of roles) {
    const rules = table[role] as readonly AnyRule[]
    for (const rule of rules) {
      mutate(rule, `${name} ${rule.id} never`, false)
      if (rule !== rules.at(-1)) mutate(rule, `${name} ${rule.id} always`, true)
    }
  }
}

function mutate(rule: AnyRule, mutation: string, value: boolean): void {
  const isQuiet = QUIET.includes(mutation)
  test.serial(`${isQuiet ? 'no run notices' : 'a run goes wrong with'} ${mutation}`, t => {
    t.is(changing(rule, { when: () => value }, isNoticed), !isQuiet)
  })
}
