/**
 * `npm run sim`: every written scenario, then a swarm of random schedules.
 *
 * `--guarded` those with a heartbeat. `--seeds N` how many schedules (default 500), `--first N`
 * from which seed on; `--seed N` runs that one alone and prints what happened; with `--record NODE`
 * it prints the events of that node as JSON instead, and `--replay FILE` prints the effects of such
 * a record. `--seed N --write FILE` writes the schedule, `--shrink FILE` what is left of a failing
 * one when everything that the failure does not need is taken out; `--scenario FILE` runs either.
 * Exit code 1: something did not hold.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { encodeRecord } from '../agent/control/record.ts'
import { type Beginning, replay } from '../agent/replay.ts'
import { plainHash } from '../agent/wire/sha256.ts'
import { type Case, formatCase, parseCase, runCase } from './case.ts'
import { guardedScenarios } from './guarded-list.ts'
import { guardedCaseOf, runGuardedSeed } from './guarded-swarm.ts'
import { lifeOf, type SimNode } from './node.ts'
import { runScenario, type Verdict } from './scenario.ts'
import { scenarios } from './scenario-list.ts'
import { shrink } from './shrink.ts'
import { caseOf, runSeed } from './swarm.ts'
import { traceLine } from './trace.ts'
import type { World } from './world.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    guarded: { type: 'boolean', default: false },
    record: { type: 'string' },
    replay: { type: 'string' },
    shrink: { type: 'string' },
    write: { type: 'string' },
    scenario: { type: 'string' },
  },
})

/** The swarm that was asked for. */
const run = values.guarded ? runGuardedSeed : runSeed

const print = (line: string) => process.stdout.write(`${line}\n`)

const shown = (verdict: Verdict) =>
  verdict.kind === 'held'
    ? 'held'
    : `${verdict.kind} ${verdict.id} at ${verdict.at / 1_000_000} s: ${verdict.why}`

const askedCase = (seed: number) => (values.guarded ? guardedCaseOf(seed) : caseOf(seed))

function runOne(given: Case): boolean {
  const { pair, faults } = given
  print(JSON.stringify(pair))
  for (const { at, ...action } of [...faults].sort((left, right) => left.at - right.at)) {
    print(`${(at / 1_000_000).toFixed(6)} ${JSON.stringify(action)}`)
  }
  const trace: World['trace'] = (node, event, effects) => {
    const line = traceLine(node, event, effects)
    if (line !== undefined) print(line)
  }
  const verdict = runCase(given, trace)
  print(shown(verdict))
  return verdict.kind === 'held'
}

function shrinkOne(seed: number, path: string): boolean {
  const shrunk = shrink(askedCase(seed))
  if (shrunk === undefined) {
    print(`seed ${seed}: held, nothing to shrink`)
    return true
  }
  const { small, failure } = shrunk
  writeFileSync(path, formatCase(small, failure))
  print(`seed ${seed}: ${shown(failure)}`)
  print(`${small.faults.length} faults left; repeat them with: npm run sim -- --scenario ${path}`)
  return false
}

function writeOne(seed: number, path: string): boolean {
  const given = askedCase(seed)
  const verdict = runCase(given)
  writeFileSync(path, formatCase(given, verdict))
  print(`seed ${seed}: ${shown(verdict)}; written to ${path}`)
  return verdict.kind === 'held'
}

function recordOne(seed: number, name: string): boolean {
  const verdict = run(seed, (node, event) => {
    if (node.name === name) print(encodeRecord(event === 'begin' ? beginningOf(node) : event))
  })
  return verdict.kind === 'held'
}

const beginningOf = (node: SimNode): Beginning => ({
  kind: 'begin',
  at: node.queue.now(),
  config: node.config,
  version: lifeOf(node).version,
  entropy: lifeOf(node).entropy,
  held: lifeOf(node).held,
})

function replayFile(path: string): boolean {
  const lines = readFileSync(path, 'utf8').split('\n')
  for (const line of replay(
    lines.filter(text => text !== ''),
    plainHash,
  ))
    print(line)
  return true
}

function runAll(first: number, count: number): boolean {
  let held = true
  for (const scenario of values.guarded ? guardedScenarios : scenarios) {
    const verdict = runScenario(scenario, first)
    print(`${String(scenario.row).padStart(3)} ${shown(verdict)}  ${scenario.title}`)
    held &&= verdict.kind === 'held'
  }
  for (let seed = first; seed < first + count; seed += 1) {
    const verdict = run(seed)
    if (verdict.kind === 'held') continue
    print(
      `seed ${seed}: ${shown(verdict)}; repeat it with: npm run sim -- ${values.guarded ? '--guarded ' : ''}--seed ${seed}`,
    )
    return false
  }
  print(`${count} random schedules from seed ${first}: held`)
  return held
}

function runAsked(): boolean {
  if (values.replay !== undefined) return replayFile(values.replay)
  if (values.scenario !== undefined) {
    return runOne(parseCase(readFileSync(values.scenario, 'utf8')))
  }
  if (values.seed === undefined) return runAll(Number(values.first), Number(values.seeds))
  const seed = Number(values.seed)
  if (values.shrink !== undefined) return shrinkOne(seed, values.shrink)
  if (values.write !== undefined) return writeOne(seed, values.write)
  return values.record === undefined ? runOne(askedCase(seed)) : recordOne(seed, values.record)
}

process.exitCode = runAsked() ? 0 : 1
