import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { printSteps, quietSteps } from '../../src/kit/steps.ts'
import { Screen } from '../support/terminal.ts'

const withoutTimes = (text: string) => text.replaceAll(/\d+\.\d+ s/g, 'N s')

test('in a file each step is one plain line at its end, the inner ones first', async t => {
  const screen = new Screen('file')
  const steps = printSteps({ output: screen.asOutput() })
  const result = await steps.run('build', async () => {
    await steps.run('download', async step => {
      step.progress('1/2')
      step.remark('reused')
      step.remark('cache is warm')
    })
    return 7
  })
  t.is(result, 7)
  t.is(withoutTimes(screen.text), '  ok download in N s (reused; cache is warm)\nok build in N s\n')
})

test('steps that overlap keep their own depth', async t => {
  const screen = new Screen('file')
  const steps = printSteps({ output: screen.asOutput() })
  const pause = () => new Promise(resolve => setTimeout(resolve, 5))
  await steps.run('outer', () =>
    Promise.all([steps.run('left', pause), steps.run('right', () => steps.run('inner', pause))]),
  )
  const lines = withoutTimes(screen.text).split('\n').sort()
  t.deepEqual(lines, [
    '',
    '    ok inner in N s',
    '  ok left in N s',
    '  ok right in N s',
    'ok outer in N s',
  ])
})

test('a step that fails says so and passes the error on', async t => {
  const screen = new Screen('file')
  const steps = printSteps({ output: screen.asOutput() })
  const failing = steps.run('pack', async () => {
    throw new Error('no room')
  })
  await t.throwsAsync(failing, { message: 'no room' })
  t.is(withoutTimes(screen.text), 'failed pack in N s\n')
})

test('on a terminal the running step shows its progress and leaves only its last line', async t => {
  const screen = new Screen('terminal')
  const before = process.env.NO_COLOR
  process.env.NO_COLOR = '1'
  process.env.TERM = 'xterm'
  const steps = printSteps({ output: screen.asOutput() })
  process.env.NO_COLOR = before ?? ''
  await steps.run('download', async step => {
    step.progress('1/2 packages')
    t.regex(screen.lines()[0] ?? '', /^· download 1\/2 packages \d\.\d s$/)
  })
  t.deepEqual(screen.lines().map(withoutTimes), ['✓ download in N s', ''])
})

test('the log has every step, remark and line with the time, also when nothing is shown', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'director-steps-'))
  const logFile = join(folder, 'deep/build.log')
  const screen = new Screen('file')
  const steps = printSteps({ output: screen.asOutput(), logFile, silent: true })
  await steps.run('pack', async () => steps.log('xorriso said this'))
  await t.throwsAsync(steps.run('write', () => Promise.reject(new Error('no room'))))
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n')
  t.is(screen.text, '')
  t.true(lines.slice(0, 4).every(line => /^\d{4}-\d\d-\d\dT[\d:.]+Z /.test(line)))
  const said = lines.map(line => withoutTimes(line.replace(/^\S+ /, '')))
  t.deepEqual(said.slice(0, 4), [
    'begin pack',
    'xorriso said this',
    'ok pack in N s',
    'begin write',
  ])
  t.is(said[4], 'failed write in N s: Error: no room')
  rmSync(folder, { recursive: true })
})

test('with --verbose the lines of the log are shown too', async t => {
  const screen = new Screen('file')
  const steps = printSteps({ output: screen.asOutput(), verbose: true })
  await steps.run('pack', async () => steps.log('xorriso said this'))
  t.regex(screen.text, /^ {4}xorriso said this\nok pack/)
})

test('a log that cannot be written does not stop the work', async t => {
  const steps = printSteps({ output: new Screen('file').asOutput(), logFile: '/dev/full/x.log' })
  t.is(await steps.run('pack', async () => 1), 1)
})

test('quiet steps do the work and say nothing', async t => {
  t.is(
    await quietSteps.run('pack', async step => {
      step.progress('half')
      step.remark('reused')
      quietSteps.log('a line')
      return 2
    }),
    2,
  )
})
