/** Runs the cases of a drill over the configs of the user's own pair. */

import { after, type Duration, type Instant, milliseconds, seconds } from '../../agent/units.ts'
import type { NodeConfig } from '../../model/node-config.ts'
import { verified } from '../checkers/verified.ts'
import { withReason } from '../checkers/with-reason.ts'
import { atSecond } from '../scenario.ts'
import { newWorld, planFaults, runUntil } from '../world.ts'
import { drillCases } from './cases.ts'
import type { DrillCase } from './drill-case.ts'
import { gapsOf, type History, newRecorder, ownersAt } from './history.ts'
import { type Stage, stageOf } from './stage.ts'

/** `exposed`: two nodes answered at once, as the manual says of such a case on such a pair. */
export type DrillVerdict = 'held' | 'exposed' | 'failed' | 'not_tried'

export interface DrillResult {
  readonly name: string
  readonly title: string
  readonly seed: number
  readonly verdict: DrillVerdict
  /** Why it failed, or was not tried; empty: it held. */
  readonly why: string
  /** Who is to be active at the end; empty: one of them. */
  readonly expected: string
  /** The longest time in which nobody answered, and in which two did, of any instance. */
  readonly outage: Duration
  readonly outage_max: Duration
  readonly overlap: Duration
  readonly history: History
  readonly begin: Instant
  readonly end: Instant
}

export type PairOfConfigs = readonly [NodeConfig, NodeConfig]

/** One advert on the wire and one flip, when two timers fire at the same moment. */
const OVERLAP_MAX = milliseconds(8)
const QUIET_S = 30
const DRILL_S = 60

/**
 * One case, from power-on of both nodes to its end. Equal seeds give equal runs.
 *
 * @param seed moves delays on the wires and in the kernels
 */
export function runCase(configs: PairOfConfigs, each: DrillCase, seed: number): DrillResult {
  const { checker, history } = newRecorder()
  const world = newWorld({ seed, configs, checkers: [checker, withReason, verified] })
  const begin = atSecond(QUIET_S)
  const end = after(begin, seconds(DRILL_S))
  const fields = { name: each.name, title: each.title, seed, history, begin, end }
  const none = { expected: '', outage: seconds(0), outage_max: seconds(0), overlap: seconds(0) }
  runUntil(world, begin)
  const first = configs[0].vrrp.groups[0]?.instances[0] ?? ''
  const [active, ...more] = ownersAt(history.get(first) ?? [], begin)
  if (active === undefined || more.length > 0) {
    const why = `before the case ${first} had ${active === undefined ? 'no owner' : 'two owners'}`
    return { ...fields, ...none, verdict: 'failed', why }
  }
  const stage = stageOf(configs, active)
  const lacks = each.lacks?.(stage)
  if (lacks !== undefined) return { ...fields, ...none, verdict: 'not_tried', why: lacks }
  planFaults(world, each.faults(stage, begin))
  runUntil(world, end)
  const expected = each.owner(stage)
  const gaps = { ...gapsOf(history, begin, end), outage_max: each.outage_max(stage), expected }
  const why = world.violations[0]?.why ?? each.check?.(world, stage)
  return { ...fields, ...gaps, ...judge(each, stage, { ...gaps, ...fields }, why) }
}

type Gaps = Pick<
  DrillResult,
  'expected' | 'outage' | 'outage_max' | 'overlap' | 'history' | 'begin' | 'end'
>

function judge(
  each: DrillCase,
  stage: Stage,
  gaps: Gaps,
  why: string | undefined,
): Pick<DrillResult, 'verdict' | 'why'> {
  const isOverlapped = gaps.overlap > OVERLAP_MAX
  if (why !== undefined) return { verdict: 'failed', why }
  if (isOverlapped && each.mayOverlap?.(stage) !== true) {
    return { verdict: 'failed', why: `two nodes answered for ${gaps.overlap / 1_000} ms` }
  }
  const wrong = wrongOwner(each.owner(stage), stage, gaps)
  if (wrong !== undefined) return { verdict: 'failed', why: wrong }
  if (gaps.outage > gaps.outage_max) {
    return { verdict: 'failed', why: `nobody answered for ${gaps.outage / 1_000} ms` }
  }
  if (isOverlapped) return { verdict: 'exposed', why: 'two nodes answered until it healed' }
  return { verdict: 'held', why: '' }
}

/** An instance that was the active node's must be with `owner`; each must be with somebody. */
function wrongOwner(owner: string, stage: Stage, gaps: Gaps): string | undefined {
  for (const [name, spans] of gaps.history) {
    const was = ownersAt(spans, gaps.begin).join()
    const owners = ownersAt(spans, gaps.end)
    const isAsWanted = was !== stage.active || owner === '' || owners[0] === owner
    if (owners.length === 1 && isAsWanted) continue
    const shown = owners.join(' and ') || 'nobody'
    return `at the end ${name} belongs to ${shown}, expected ${owner || 'one of them'}`
  }
  return undefined
}

/** Every case, or those of a name, each with `seeds` seeds from the first on; the worst is kept. */
export function* runDrill(
  configs: PairOfConfigs,
  options: { readonly scenario?: string; readonly first: number; readonly seeds: number },
): Generator<DrillResult> {
  for (const each of drillCases) {
    if (options.scenario !== undefined && options.scenario !== each.name) continue
    let worst: DrillResult | undefined
    for (let seed = options.first; seed < options.first + options.seeds; seed += 1) {
      const result = runCase(configs, each, seed)
      if (worst === undefined || isWorse(result, worst)) worst = result
      if (result.verdict === 'failed' || result.verdict === 'not_tried') break
    }
    if (worst !== undefined) yield worst
  }
}

const RANK: readonly DrillVerdict[] = ['not_tried', 'held', 'exposed', 'failed']

const isWorse = (left: DrillResult, right: DrillResult): boolean =>
  left.verdict === right.verdict
    ? left.outage > right.outage
    : RANK.indexOf(left.verdict) > RANK.indexOf(right.verdict)
