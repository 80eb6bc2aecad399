import { parseArgs } from 'node:util'
import { handleSignals } from '../../src/cli/signals.ts'
import { printSteps } from '../../src/kit/steps.ts'
import { fuzz } from '../support/fuzz.ts'
import { buildFuzzer } from '../support/sanitized.ts'

// `npm run fuzz -- --minutes 60`: goes on from the corpus of the last run; 1 on a finding.
handleSignals()
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const fuzzer = await buildFuzzer({ locked: false, steps: printSteps({ output: process.stderr }) })
const run = await fuzz(fuzzer, 'out/fuzz', { seconds: Math.round(Number(values.minutes) * 60) })
const { inputs, reached, branches, missed, finding } = run
process.stdout.write(`${inputs} inputs, ${reached} of ${branches} branches of the host reached\n`)
process.stdout.write(`never called: ${missed.join(', ')}\n`)
if (finding !== undefined) {
  process.stdout.write(`${finding.said}\n`)
  process.stdout.write(`keep as a file of test/fixtures/fuzz: ${finding.input}\n`)
  process.exitCode = 1
}
