import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quietSteps } from '../../src/kit/steps.ts'
import { hostCalls } from '../fuzz/seeds.ts'
import { fuzz } from '../support/fuzz.ts'
import { requires } from '../support/requires.ts'
import { buildFuzzer } from '../support/sanitized.ts'

const built = requires('mirror')
const SECONDS = 25
/** What runs once, before the first input, and what no input can bring about. */
const NOT_BY_INPUT = /^(\w+ of context\.c|(guard_init|loop_init|fire_and_die|runtime_\w+) of .*)$/

built('no input of the fuzzer makes an entry point of the host break its word', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-fuzz-'))
  try {
    const fuzzer = await buildFuzzer({ locked: false, steps: quietSteps })
    const seed = Number(process.env.DIRECTOR_TEST_SEED ?? 1) % 2 ** 31
    const run = await fuzz(fuzzer, folder, { seconds: SECONDS, seed })
    t.is(run.finding, undefined, `${run.finding?.said}\ninput: ${run.finding?.input}`)
    t.log(`${run.inputs} inputs, ${run.reached} of ${run.branches} branches`)
    const missed = run.missed.filter(name => !NOT_BY_INPUT.test(name))
    t.deepEqual(missed, [], 'functions of the host that no input reached')
    t.true(run.inputs > 1_000)
    t.true(hostCalls().length > 50)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
