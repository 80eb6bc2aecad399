/**
 * `npm run sim`: every written scenario, then a swarm of random schedules, as `options.ts` has it.
 * Exit code 1: something did not hold.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { encodeRecord } from '../agent/control/record.ts'
import { type Beginning, replay } from '../agent/replay.ts'
import { plainHash } from '../agent/wire/sha256.ts'
import { type Case, formatCase, parseCase, runCase } from './case.ts'
import { newDigest } from './digest.ts'
import { guardedScenarios } from './guarded-list.ts'
import { runManySeeds } from './many-seeds.ts'
import { lifeOf, type SimNode } from './node.ts'
import { readOptions } from './options.ts'
import { runScenario, type Verdict } from './scenario.ts'
import { scenarios } from './scenario-list.ts'
import { askedCase } from './seeds.ts'
import { shrink } from './shrink.ts'
import { renderFaults } from './tally.ts'
import { traceLine } from './trace.ts'
import type { World } from './world.ts'

const options = readOptions(process.argv.slice(2))

const print = (line: string) => process.stdout.write(`${line}\n`)

const shown = (verdict: Verdict) =>
  verdict.kind === 'held'
    ? 'held'
    : `${verdict.kind} ${verdict.id} at ${verdict.at / 1_000_000} s: ${verdict.why}`

const isGuarded = options.guarded ? '--guarded ' : ''

function runOne(given: Case): boolean {
  const { pair, faults } = given
  print(JSON.stringify(pair))
  for (const { at, ...action } of [...faults].sort((left, right) => left.at - right.at)) {
    print(`${(at / 1_000_000).toFixed(6)} ${JSON.stringify(action)}`)
  }
  const digest = newDigest()
  const trace: World['trace'] = (node, event, effects) => {
    digest.add(node, event, effects)
    const line = traceLine(node, event, effects)
    if (line !== undefined) print(line)
  }
  const verdict = runCase(given, trace)
  print(`${shown(verdict)}, digest ${digest.text()}`)
  return verdict.kind === 'held'
}

function shrinkOne(seed: number, path: string): boolean {
  const shrunk = shrink(askedCase(options.guarded, seed))
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
  const given = askedCase(options.guarded, seed)
  const verdict = runCase(given)
  writeFileSync(path, formatCase(given, verdict))
  print(`seed ${seed}: ${shown(verdict)}; written to ${path}`)
  return verdict.kind === 'held'
}

function recordOne(seed: number, name: string): boolean {
  const verdict = runCase(askedCase(options.guarded, seed), (node, event) => {
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
  const lines = textOf(path).split('\n')
  for (const line of replay(
    lines.filter(text => text !== ''),
    plainHash,
  ))
    print(line)
  return true
}

function runScenarios(): boolean {
  let held = true
  for (const scenario of options.guarded ? guardedScenarios : scenarios) {
    const verdict = runScenario(scenario, options.first)
    print(`${String(scenario.row).padStart(3)} ${shown(verdict)}  ${scenario.title}`)
    held &&= verdict.kind === 'held'
  }
  return held
}

async function runSwarm(): Promise<boolean> {
  const { guarded, first, seeds: count, jobs } = options
  const { tally, failure } = await runManySeeds({ guarded, first, count }, jobs)
  if (failure !== undefined) {
    const again = `npm run sim -- ${isGuarded}--seed ${failure.seed}`
    print(`seed ${failure.seed}: ${shown(failure.verdict)}; repeat it with: ${again}`)
    return false
  }
  print(`${count} random schedules from seed ${first}: held`)
  if (count > 0) print(renderFaults(tally))
  return true
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return fail(`${path} cannot be read: ${(error as Error).message}`)
  }
}

function caseIn(path: string): Case {
  try {
    return parseCase(textOf(path))
  } catch (error) {
    return fail(`${path}: ${(error as Error).message}`)
  }
}

function fail(text: string): never {
  process.stderr.write(`error: ${text}\n`)
  process.exit(1)
}

async function runAsked(): Promise<boolean> {
  const { seed, replay: record, scenario, shrink: small, write, record: node } = options
  if (record !== undefined) return replayFile(record)
  if (scenario !== undefined) return runOne(caseIn(scenario))
  if (seed === undefined) {
    const held = runScenarios()
    return (await runSwarm()) && held
  }
  if (small !== undefined) return shrinkOne(seed, small)
  if (write !== undefined) return writeOne(seed, write)
  return node === undefined ? runOne(askedCase(options.guarded, seed)) : recordOne(seed, node)
}

process.exitCode = (await runAsked()) ? 0 : 1
