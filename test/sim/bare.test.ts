import { createContext, runInContext } from 'node:vm'
import test from 'ava'
import { build } from 'esbuild'
import { newDigest } from '../../src/sim/digest.ts'
import { runSeed } from '../../src/sim/swarm.ts'

// What the engine of the ELF has: base objects, JSON, Map and Set, typed arrays. No clock, no
// chance, no promise, no regular expression, no text coder.
const MISSING = [
  'Date',
  'Promise',
  'RegExp',
  'Intl',
  'WeakRef',
  'Proxy',
  'Reflect',
  'WebAssembly',
  'SharedArrayBuffer',
  'Atomics',
  'BigInt',
  'eval',
]

test('the core runs with base objects alone, and then does exactly the same', async t => {
  const contents = `export { newDigest } from './digest.ts'; export { runSeed } from './swarm.ts'`
  const resolveDir = new URL('../../src/sim', import.meta.url).pathname
  const bundle = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'sim',
    target: 'es2022',
    logLevel: 'silent',
  })
  const code = bundle.outputFiles[0]?.text ?? ''
  const context = createContext({})
  const prepare = `for (const name of ${JSON.stringify(MISSING)}) delete globalThis[name]
    delete Math.random`
  runInContext(prepare, context)
  for (const seed of [1, 2, 3]) {
    const run = `${code}; const digest = sim.newDigest()
      JSON.stringify([sim.runSeed(${seed}, digest.add), digest.text()])`
    const digest = newDigest()
    const verdict = runSeed(seed, digest.add)
    t.is(runInContext(`{ ${run} }`, context), JSON.stringify([verdict, digest.text()]))
  }
})

test('the core holds no regular expression and nothing that waits', async t => {
  const entry = new URL('../../src/agent/director.ts', import.meta.url).pathname
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'silent',
  })
  const code = bundle.outputFiles[0]?.text ?? ''
  t.true(code.length > 10_000)
  t.notRegex(code, /\basync\b|\bawait\b|setTimeout|console\.|\bprocess\.|TextEncoder/)
  t.notRegex(code, /\.(match|matchAll|search|replaceAll)\(|[(,=:]\/[^/*\s]/)
})
