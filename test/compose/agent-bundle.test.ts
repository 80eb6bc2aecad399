import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import project from '../../package.json' with { type: 'json' }
import { bundleAgent } from '../../src/compose/agent-bundle.ts'
import { ProblemError } from '../../src/kit/problem.ts'

async function bundleOf(script: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'director-bundle-'))
  try {
    writeFileSync(join(folder, 'entry.ts'), script)
    return await bundleAgent(join(folder, 'entry.ts'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('the agent is one script without imports that knows its version', async t => {
  const script = await bundleAgent()
  t.false(/^\s*(import|export) /m.test(script))
  t.false(/\brequire\(/.test(script))
  t.true(script.includes(`"${project.version}"`))
})

test('the same sources give the same script', async t => {
  t.is(await bundleAgent(), await bundleAgent())
})

test('the script asks for nothing but its host', async t => {
  const script = await bundleAgent()
  const said: string[] = []
  class Ended extends Error {}
  const host = {
    args: ['directord', '--version'],
    encode: (text: string) => said.push(text),
    write: () => 0,
    exit: () => {
      throw new Ended()
    },
  }
  t.throws(() => runInNewContext(script, { host }), { instanceOf: Ended })
  t.deepEqual(said, [`directord ${project.version}\n`])
})

test('an import of what is not ours is refused with its name', async t => {
  const error = await t.throwsAsync(bundleOf(`import 'node:fs'\n`), { instanceOf: ProblemError })
  t.is(error?.problems[0]?.code, 'agent_bundle')
  t.regex(error?.problems[0]?.found ?? '', /node:fs/)
})
