import test from 'ava'
import { load } from '../../src/model/cluster.ts'
import { resolve } from '../../src/model/resolve.ts'
import { drillCases } from '../../src/sim/drill/cases.ts'
import {
  type DrillResult,
  type PairOfConfigs,
  runCase,
  runDrill,
} from '../../src/sim/drill/drill.ts'
import { renderPage } from '../../src/sim/drill/page.ts'
import { reloadCases } from '../../src/sim/drill/reload-cases.ts'
import { renderCase } from '../../src/sim/drill/report.ts'
import { pairConfigs } from '../../src/sim/pair.ts'

const GUARDED = pairConfigs({
  paths: ['line', 'back'],
  targets: ['192.0.2.1'],
  all_silent: 'serve',
})
const PLAIN = pairConfigs()

const drill = (configs: PairOfConfigs, scenario?: string): readonly DrillResult[] => [
  ...runDrill(configs, { first: 1, seeds: 2, ...(scenario === undefined ? {} : { scenario }) }),
]

const verdicts = (results: readonly DrillResult[]) =>
  Object.fromEntries(results.map(({ name, verdict }) => [name, verdict]))

test('a guarded pair holds in every case, and is exposed where every path is cut', t => {
  const expected = Object.fromEntries(drillCases.map(({ name }) => [name, 'held']))
  t.deepEqual(verdicts(drill(GUARDED)), { ...expected, 'everything-cut': 'exposed' })
})

test('the pair of the examples holds what it was made for', async t => {
  const [first, second] = resolve(await load('examples/pair/cluster.yaml'))
  if (first === undefined || second === undefined) return t.fail()
  const results = drill([first, second])
  t.deepEqual(
    results.filter(({ verdict }) => verdict === 'failed').map(({ name, why }) => [name, why]),
    [],
  )
})

test('plain VRRP is exposed where adverts are blocked, and what needs a heartbeat is not tried', t => {
  const found = verdicts(drill(PLAIN))
  t.is(found['adverts-blocked'], 'exposed')
  t.is(found['only-the-line'], 'not_tried')
  t.is(found['line-cut'], 'not_tried')
  t.is(found['front-dead'], 'not_tried')
  t.is(found.power, 'held')
})

test('a pair that never serves fails, with who owned what and why', t => {
  const [lb1, lb2] = GUARDED
  const slow = (config: typeof lb1) => ({
    ...config,
    vrrp: { ...config.vrrp, startup_hold_ms: 60_000 },
  })
  const [result] = drill([slow(lb1), slow(lb2)], 'power')
  t.is(result?.verdict, 'failed')
  t.regex(
    result === undefined ? '' : renderCase(result),
    /FAILED.*\n.*before the case front had no owner/s,
  )
})

test('a reload that a node did not take fails, and so does one that it should have refused', t => {
  const [taken, refused] = reloadCases
  if (taken === undefined || refused === undefined) return t.fail()
  const without = runCase(GUARDED, { ...taken, faults: () => [] }, 1)
  t.is(without.verdict, 'failed')
  t.regex(without.why, /^lb1 has 10\.77\.0\.21:80 with 1, .* expected 10\.77\.0\.21:80 with 2/)
  t.is(runCase(GUARDED, { ...refused, faults: taken.faults }, 1).verdict, 'failed')
  const served = GUARDED.map(config => ({ ...config, services: [] })) as unknown as typeof GUARDED
  t.is(runCase(served, taken, 1).verdict, 'not_tried')
})

test('the same seed gives the same history, and it is drawn with times and owners', t => {
  const [one] = drill(GUARDED, 'power')
  const [again] = drill(GUARDED, 'power')
  if (one === undefined || again === undefined) return t.fail()
  t.deepEqual([...one.history], [...again.history])
  const page = renderPage('Drill of <pair>', ['lb1', 'lb2'], [one])
  t.regex(page, /Drill of &lt;pair&gt;/)
  t.regex(page, /<title>nobody from 0\.000 s<\/title>/)
  t.regex(page, /<title>lb2 from \d\.\d{3} s<\/title>/)
})
