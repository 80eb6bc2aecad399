import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { cacheFolder, withCacheLock } from '../../src/base/cache.ts'

async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'director-cache-'))
  t.teardown(() => rm(path, { recursive: true }))
  return path
}

test('the cache is where the person says, else where caches are', t => {
  t.is(cacheFolder({ DIRECTOR_CACHE: '/a', XDG_CACHE_HOME: '/b' }), '/a')
  t.is(cacheFolder({ XDG_CACHE_HOME: '/b' }), '/b/director')
  t.regex(cacheFolder({ XDG_CACHE_HOME: '' }), /\/\.cache\/director$/)
})

test('two pieces of work with one lock never overlap', async t => {
  const cache = await folder(t)
  let inside = 0
  const work = () =>
    withCacheLock(cache, 'x', async () => {
      inside += 1
      t.is(inside, 1)
      await new Promise(resolve => setImmediate(resolve))
      inside -= 1
    })
  await Promise.all([work(), work(), work()])
  t.deepEqual(await readdir(cache), [])
})

test('a lock whose owner is gone is taken over, and one is given back after a failure', async t => {
  const cache = await folder(t)
  const { pid } = spawnSync('true')
  await writeFile(join(cache, 'x.lock'), String(pid))
  const failing = withCacheLock(cache, 'x', async () => {
    throw new Error('no')
  })
  await t.throwsAsync(failing, { message: 'no' })
  t.is(await withCacheLock(cache, 'x', async () => 7), 7)
})

test('many who wait for an abandoned lock get it one after the other', async t => {
  const cache = await folder(t)
  const { pid } = spawnSync('true')
  await writeFile(join(cache, 'x.lock'), String(pid))
  const inside: number[] = []
  const work = (number: number) =>
    withCacheLock(cache, 'x', async () => {
      inside.push(number)
      await new Promise(resolve => setTimeout(resolve, 2))
      inside.push(number)
    })
  await Promise.all(Array.from({ length: 6 }, (_, number) => work(number)))
  for (let at = 0; at < inside.length; at += 2) t.is(inside[at], inside[at + 1])
  t.deepEqual(await readdir(cache), [])
})
