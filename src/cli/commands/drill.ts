import { type Command, InvalidArgumentError } from 'commander'
import { writeAtomic } from '../../kit/atomic.ts'
import { load } from '../../model/cluster.ts'
import { resolve } from '../../model/resolve.ts'
import { drillCases } from '../../sim/drill/cases.ts'
import { type DrillResult, type PairOfConfigs, runDrill } from '../../sim/drill/drill.ts'
import { renderPage } from '../../sim/drill/page.ts'
import { REPORT_HEAD, renderCase } from '../../sim/drill/report.ts'
import { EXIT, printJson } from '../answer.ts'
import { unknownScenario } from '../unknown-scenario.ts'

interface Options {
  readonly scenario?: string
  readonly seeds: number
  readonly seed?: number
  readonly html?: string
  readonly json?: boolean
}

/** `director drill`: the failure matrix against the user's own cluster file, in virtual time. */
export function configure(command: Command): void {
  command
    .argument('<cluster>', 'the cluster file')
    .option('--scenario <name>', `one of: ${drillCases.map(({ name }) => name).join(', ')}`)
    .option(
      '--seeds <count>',
      'so many runs of each, with other delays; the worst counts',
      whole,
      20,
    )
    .option('--seed <number>', 'only the run of this seed', whole)
    .option('--html <file>', 'write who owned what, and when, as a page')
    .option('--json', 'print the results as JSON')
    .action(run)
}

async function run(path: string, options: Options): Promise<void> {
  const { scenario, seeds, seed, html, json = false } = options
  if (scenario !== undefined && !drillCases.some(({ name }) => name === scenario)) {
    unknownScenario(
      scenario,
      drillCases.map(each => each.name),
    )
  }
  const [first, second] = resolve(await load(path))
  if (first === undefined || second === undefined) throw new Error('a cluster has two nodes')
  const configs: PairOfConfigs = [first, second]
  const results: DrillResult[] = []
  const tried = { ...(scenario === undefined ? {} : { scenario }), first: seed ?? 1 }
  if (!json) process.stdout.write(`${REPORT_HEAD}\n`)
  for (const result of runDrill(configs, { ...tried, seeds: seed === undefined ? seeds : 1 })) {
    results.push(result)
    if (!json) process.stdout.write(`${renderCase(result)}\n`)
  }
  const isHeld = results.every(({ verdict }) => verdict !== 'failed')
  if (!isHeld) process.exitCode = EXIT.failed
  if (html !== undefined) {
    const nodes = configs.map(config => config.node.name)
    await writeAtomic(html, renderPage(`Drill of ${first.cluster}`, nodes, results))
  }
  if (json) printJson({ ok: isHeld, cluster: first.cluster, results: results.map(asJson) })
  else process.stdout.write(summaryOf(results, path, html))
}

function summaryOf(
  results: readonly DrillResult[],
  path: string,
  html: string | undefined,
): string {
  const lines = ['']
  const count = (verdict: DrillResult['verdict']) =>
    results.filter(result => result.verdict === verdict).length
  lines.push(
    `${count('held')} held, ${count('exposed')} exposed, ${count('failed')} failed, ${count('not_tried')} not tried`,
  )
  for (const { verdict, name, seed } of results) {
    if (verdict !== 'failed' && verdict !== 'exposed') continue
    lines.push(`again: director drill ${path} --scenario ${name} --seed ${seed}`)
  }
  if (html !== undefined) lines.push(`timeline: ${html}`)
  return `${lines.join('\n')}\n`
}

const asJson = ({ history, begin, end, outage, outage_max, overlap, ...rest }: DrillResult) => ({
  ...rest,
  outage_ms: outage / 1_000,
  outage_max_ms: outage_max / 1_000,
  overlap_ms: overlap / 1_000,
  length_s: (end - begin) / 1_000_000,
  instances: Object.fromEntries(
    [...history].map(([name, spans]) => [
      name,
      spans.map(({ at, owners }) => ({ at_s: (at - begin) / 1_000_000, owners })),
    ]),
  ),
})

function whole(text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1 || count > 1_000_000) {
    throw new InvalidArgumentError('expected a whole number from 1 to 1000000')
  }
  return count
}
