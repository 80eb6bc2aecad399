import { join } from 'node:path'
import test from 'ava'
import { STAGES } from '../../src/cli/commands/test.ts'
import { listTestFiles, stages } from './stages.ts'

const root = join(import.meta.dirname, '../..')

test('each test file belongs to exactly one stage', t => {
  const files = listTestFiles(root)
  t.true(files.includes('test/support/stages.test.ts'))
  for (const file of files) {
    t.is(stages.filter(stage => stage.files(file)).length, 1, file)
  }
})

test('no fixture is taken for a test', t => {
  t.false(listTestFiles(root).some(path => path.includes('/fixtures/')))
})

test('the command knows the stages, in their order', t => {
  t.deepEqual(
    stages.map(({ name }) => name),
    [...STAGES],
  )
})
