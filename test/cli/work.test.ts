import { readFileSync } from 'node:fs'
import test from 'ava'
import { withSteps } from '../../src/cli/work.ts'

test('the log of a command holds its steps and is named in time order', async t => {
  const options = { command: 'sample', json: true }
  const log = await withSteps(options, async (steps, logFile) => {
    await steps.run('one step', async () => steps.log('a line'))
    return logFile
  })
  t.regex(log, /\/out\/log\/\d{8}T\d{6}-sample-\d+\.log$/)
  t.regex(readFileSync(log, 'utf8'), /begin one step\n.* a line\n.* ok one step in /)
})
