import { parseArgs } from 'node:util'
import { handleSignals } from '../../src/cli/signals.ts'
import { isInterrupted } from '../../src/kit/interrupt.ts'
import { printSteps } from '../../src/kit/steps.ts'
import { blockedMulticast } from './blocked-multicast.ts'
import { boot } from './boot.ts'
import { build } from './build.ts'
import { failureTiming } from './failure-timing.ts'
import { judge, type Line, renderLines, type Topic } from './figure.ts'
import { handover } from './handover.ts'
import { images } from './images.ts'
import { lineShare } from './line-share.ts'
import { memory } from './memory.ts'
import { ownMac } from './own-mac.ts'
import { ownership } from './ownership.ts'
import { simulator } from './simulator.ts'
import { stamping } from './stamping.ts'
import { streaming } from './streaming.ts'
import { upkeep } from './upkeep.ts'

const topics: readonly Topic[] = [
  ...[
    images,
    build,
    boot,
    blockedMulticast,
    failureTiming,
    handover,
    lineShare,
    memory,
    ownership,
    upkeep,
    ownMac,
  ],
  ...[simulator, stamping, streaming],
]

handleSignals()
process.exitCode = (await bench()) ? 0 : 1

/** Measures the topics that `--only WORD` names, or all, and prints their figures. */
async function bench(): Promise<boolean> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean' } } })
  const word = (values.only ?? '').toLowerCase()
  const isChosen = (name: string) => name.toLowerCase().includes(word)
  const steps = printSteps({ output: process.stderr, silent: values.json ?? false })
  const lines: Line[] = []
  let complete = true
  for (const topic of topics) {
    const names = [topic.name, ...topic.figures]
    if (!names.some(isChosen)) continue
    const figures = await steps
      .run(`measure ${topic.name}`, () => topic.measure())
      .catch((error: unknown) => {
        complete = false
        if (!isInterrupted()) {
          process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
        }
        return []
      })
    const all = isChosen(topic.name)
    lines.push(...figures.map(judge).filter(({ figure }) => all || isChosen(figure)))
  }
  process.stdout.write(`${values.json ? JSON.stringify(lines) : renderLines(lines)}\n`)
  return complete && lines.every(({ holds }) => holds)
}
