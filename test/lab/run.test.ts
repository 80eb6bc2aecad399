import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { liveRuns, openRun, removeLeftovers } from '../../src/lab/run.ts'

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'runs-'))
  try {
    work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a run of a living program is not a leftover', t => {
  inFolder(folder => {
    const run = openRun(folder)
    t.deepEqual(removeLeftovers(folder), [])
    t.deepEqual(liveRuns(folder), [{ id: run.id, folder: run.folder }])
    t.true(existsSync(run.folder))
  })
})

test('a run whose process number now belongs to another program is a leftover', t => {
  inFolder(folder => {
    const run = openRun(folder)
    const owner = { pid: process.pid, startedAt_ticks: '1' }
    writeFileSync(join(run.folder, 'owner.json'), JSON.stringify(owner))
    t.deepEqual(liveRuns(folder), [])
    t.deepEqual(removeLeftovers(folder), [run.id])
    t.false(existsSync(run.folder))
  })
})

test('a run without a readable owner is a leftover, another folder is not touched', t => {
  inFolder(folder => {
    mkdirSync(join(folder, 'abc123'))
    mkdirSync(join(folder, 'mine'))
    t.deepEqual(removeLeftovers(folder), ['abc123'])
    t.true(existsSync(join(folder, 'mine')))
  })
})

test('the names of namespaces carry the id of the run', t => {
  inFolder(folder => {
    const run = openRun(folder)
    t.regex(run.id, /^[0-9a-f]{6}$/)
    t.is(run.namespace('switch'), `director-${run.id}-switch`)
  })
})

test('where no lab ever ran there is nothing to remove', t => {
  t.deepEqual(removeLeftovers('/run/director-lab-that-never-was'), [])
})
