/**
 * `npm run sim`: every written scenario, then a swarm of random schedules.
 *
 * `--seeds N` how many schedules (default 500), `--first N` from which seed on; `--seed N` runs
 * that one alone and prints what happened. Exit code 1: something did not hold.
 */

import { parseArgs } from 'node:util'
import { runScenario, type Verdict } from './scenario.ts'
import { scenarios } from './scenario-list.ts'
import { runSeed, scheduleOf } from './swarm.ts'
import { traceLine } from './trace.ts'
import type { World } from './world.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
})

const print = (line: string) => process.stdout.write(`${line}\n`)

const shown = (verdict: Verdict) =>
  verdict.kind === 'held'
    ? 'held'
    : `${verdict.kind} ${verdict.id} at ${verdict.at / 1_000_000} s: ${verdict.why}`

function runOne(seed: number): boolean {
  const { pair, faults } = scheduleOf(seed)
  print(JSON.stringify(pair))
  for (const { at, ...action } of [...faults].sort((left, right) => left.at - right.at)) {
    print(`${(at / 1_000_000).toFixed(6)} ${JSON.stringify(action)}`)
  }
  const trace: World['trace'] = (node, event, effects) => {
    const line = traceLine(node, event, effects)
    if (line !== undefined) print(line)
  }
  const verdict = runSeed(seed, trace)
  print(shown(verdict))
  return verdict.kind === 'held'
}

function runAll(first: number, count: number): boolean {
  let held = true
  for (const scenario of scenarios) {
    const verdict = runScenario(scenario, first)
    print(`${String(scenario.row).padStart(3)} ${shown(verdict)}  ${scenario.title}`)
    held &&= verdict.kind === 'held'
  }
  for (let seed = first; seed < first + count; seed += 1) {
    const verdict = runSeed(seed)
    if (verdict.kind === 'held') continue
    print(`seed ${seed}: ${shown(verdict)}; repeat it with: npm run sim -- --seed ${seed}`)
    return false
  }
  print(`${count} random schedules from seed ${first}: held`)
  return held
}

const isHeld =
  values.seed === undefined
    ? runAll(Number(values.first), Number(values.seeds))
    : runOne(Number(values.seed))
process.exitCode = isHeld ? 0 : 1
