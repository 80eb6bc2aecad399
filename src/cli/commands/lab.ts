import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Steps } from '../../kit/steps.ts'
import { attachConsole } from '../../lab/attach-console.ts'
import { describeLab } from '../../lab/describe.ts'
import { labCases } from '../../lab/drill/cases.ts'
import { runLabDrill } from '../../lab/drill/drill.ts'
import type { LabDrillResult } from '../../lab/drill/judge.ts'
import { LAB_DRILL_HEAD, renderResult, renderSum } from '../../lab/drill/report.ts'
import { checkFailover, type FailoverReport } from '../../lab/failover.ts'
import { type Lab, startLab } from '../../lab/lab.ts'
import {
  DEFAULT_MEMORY_MB,
  type Firmware,
  type PrepareOptions,
  prepareLab,
} from '../../lab/prepare.ts'
import { bootDirectors, waitForOwner, waitUntilServed } from '../../lab/wait.ts'
import { watchService } from '../../lab/watch.ts'
import { EXIT, printJson } from '../answer.ts'
import { unknownScenario } from '../unknown-scenario.ts'
import { withSteps } from '../work.ts'

interface Options {
  readonly boot: PrepareOptions['boot']
  readonly firmware: Firmware
  readonly memory: number
  readonly check?: boolean
  readonly drill?: boolean
  readonly scenario?: string
  readonly json?: boolean
  readonly mirror?: string
  readonly verbose?: boolean
}

/** `director lab`: a pair in QEMU with real servers and a client around it. */
export function configure(command: Command): void {
  command
    .argument('<cluster>', 'the cluster file')
    .addOption(
      new Option('--boot <how>', 'what the directors boot from')
        .choices(['iso', 'flash', 'netboot', 'pxe', 'http'])
        .default('netboot'),
    )
    .addOption(
      new Option('--firmware <kind>', 'the firmware of the directors')
        .choices(['bios', 'uefi'])
        .default('bios'),
    )
    .option('--memory <MB>', 'memory of each director', asMemory, DEFAULT_MEMORY_MB)
    .option('--check', 'kill the active director under load, say what the client saw, and end')
    .option('--drill', 'break the pair on purpose, case by case, say who owned the VIP, and end')
    .option(
      '--scenario <names>',
      `with --drill, only: ${labCases.map(({ name }) => name).join(', ')}`,
    )
    .option('--mirror <url>', "root of a Debian mirror; default: the host's own")
    .option('--json', 'print the report of --check, or how to reach the lab, as JSON')
    .option('--verbose', 'show what the log shows')
    .action(run)
  command
    .command('console')
    .argument('<node>', 'a director of the lab that is running')
    .description('talk to the console of a director; Ctrl-] leaves it')
    .action(attachConsole)
}

async function run(clusterFile: string, options: Options): Promise<void> {
  const { check = false, drill = false, json = false, verbose = false } = options
  const names = namesOf(options.scenario)
  await withSteps({ command: 'lab', json, verbose }, async steps => {
    const { boot, firmware, memory, mirror } = options
    const lab = await startLab(
      await prepareLab({
        ...{ clusterFile, boot, firmware: () => firmware, memory_mb: memory, steps },
        ...(mirror === undefined ? {} : { mirror }),
        isObserved: drill,
      }),
    )
    try {
      if (drill) await breakPair(lab, steps, names, json)
      else if (check) report(await checkFailover(lab, steps), json)
      else await stay(lab, steps, json)
    } finally {
      await lab.close()
    }
  })
}

/** Boots the pair and shows what happens to the service until Ctrl-C. */
async function stay(
  lab: Awaited<ReturnType<typeof startLab>>,
  steps: Steps,
  json: boolean,
): Promise<void> {
  await bootDirectors(lab, steps)
  const address = lab.target.host
  await steps.run(`${address} is served`, async step => {
    await waitUntilServed(lab)
    const { node, mac } = await waitForOwner(lab, address)
    step.remark(`by ${node}, ${mac}`)
  })
  const description = describeLab(lab)
  if (json) printJson({ ok: true, ...description.facts })
  else process.stdout.write(`\n${description.text}\n\n`)
  await watchService(lab, json ? process.stderr : process.stdout)
}

function report(found: FailoverReport, json: boolean): void {
  const { isWithinLimit, active, successor, address, load, outageLimit_ms } = found
  if (!isWithinLimit) process.exitCode = EXIT.failed
  if (json) {
    printJson({ ok: isWithinLimit, ...found })
    return
  }
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`
  const servers = Object.entries(load.servers).map(([name, count]) => `${name} ${count}`)
  process.stdout.write(
    [
      '',
      `${active} was killed; ${successor} serves ${address} now.`,
      `  requests        ${load.sent} sent, ${load.answered} answered (${servers.join(', ')}), ${load.failed} failed`,
      `  outage          ${seconds(load.outage_ms)}, as the client saw it (limit ${seconds(outageLimit_ms)})`,
      `  longest gap     ${seconds(load.longestGap_ms)} between two answers`,
      `  latency         ${load.latency_ms.median} ms median, ${load.latency_ms.p99} ms for 99 %`,
      isWithinLimit ? 'The failover check passed.' : 'The failover check failed.',
      '',
    ].join('\n'),
  )
}

async function breakPair(
  lab: Lab,
  steps: Steps,
  names: readonly string[] | undefined,
  json: boolean,
): Promise<void> {
  await bootDirectors(lab, steps)
  const results: LabDrillResult[] = []
  if (!json) process.stdout.write(`${LAB_DRILL_HEAD}\n`)
  for await (const result of runLabDrill(lab, names)) {
    results.push(result)
    if (!json) process.stdout.write(`${renderResult(result)}\n`)
  }
  const isHeld = results.every(({ verdict }) => verdict !== 'failed')
  if (!isHeld) process.exitCode = EXIT.failed
  if (json) printJson({ ok: isHeld, logs: lab.logs, results })
  else process.stdout.write(renderSum(results))
}

function namesOf(text: string | undefined): readonly string[] | undefined {
  const names = text?.split(',')
  const wrong = names?.find(name => !labCases.some(each => each.name === name))
  if (wrong === undefined) return names
  const known = labCases.map(each => each.name)
  return unknownScenario(wrong, known)
}

function asMemory(text: string): number {
  const megabytes = Number(text)
  if (!Number.isInteger(megabytes) || megabytes < 64 || megabytes > 65_536) {
    throw new InvalidArgumentError('a whole number of MB from 64 to 65536 is wanted.')
  }
  return megabytes
}
