import test from 'ava'
import { ofItsOwn, planProcesses } from './shared-processes.ts'

// Put together here: as they stand they would keep this file from sharing its process.
const ALONE = [
  `const root = ${'requires'}('root')`,
  `test.${'before'}(() => {})`,
  `const all = ${'await'} load()`,
  `  process.${'env'}.PATH = '/nowhere'`,
  `import { interrupt } from '../src/${'kit'}/interrupt.ts'`,
]

test('the files of a folder share a process, in their order', t => {
  const files = ['test/a/x/1.test.ts', 'test/a/x/y/2.test.ts', 'test/b/3.test.ts', 'test/4.test.ts']
  t.deepEqual(
    planProcesses([...files, 'test/b/5.test.ts'], () => "test('x', async t => await t)"),
    [
      { module: 'shared/a-x.test', files: ['test/a/x/1.test.ts', 'test/a/x/y/2.test.ts'] },
      { module: 'shared/b.test', files: ['test/b/3.test.ts', 'test/b/5.test.ts'] },
      ofItsOwn('test/4.test.ts'),
    ],
  )
})

for (const text of ALONE) {
  test(`a file has its process alone with ${text}`, t => {
    const files = ['test/a/1.test.ts', 'test/a/2.test.ts', 'test/a/3.test.ts']
    const processes = planProcesses(files, file => (file === files[1] ? `// x\n${text}\n` : ''))
    t.deepEqual(processes, [
      { module: 'shared/a.test', files: ['test/a/1.test.ts', 'test/a/3.test.ts'] },
      { module: 'test/a/2.test', files: ['test/a/2.test.ts'] },
    ])
  })
}
