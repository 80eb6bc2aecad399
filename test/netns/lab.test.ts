import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'
import { createCrew } from '../../src/lab/crew.ts'
import { buildNetwork } from '../../src/lab/network.ts'
import { planLab } from '../../src/lab/plan.ts'
import { type LabRun, openRun, removeLeftovers } from '../../src/lab/run.ts'
import { pairOf, service } from '../support/pair.ts'
import { requires } from '../support/requires.ts'

const netns = requires('root', 'netns')
const DIRECT = [service({ forward: 'dr', servers: ['192.0.2.31'] })]

async function withRuns(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'runs-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const namesOf = async (run: LabRun) =>
  (await exec('ip', ['netns', 'list']))
    .toString()
    .split('\n')
    .map(line => line.split(' ')[0] ?? '')
    .filter(name => name.includes(run.id))
    .map(name => name.replace(`director-${run.id}-`, ''))
    .sort()

netns.serial(
  'the network of a plan is built, and a client reaches a real server on it',
  async t => {
    await withRuns(async folder => {
      const run = openRun(folder)
      try {
        await buildNetwork(run, planLab(pairOf({ services: DIRECT })))
        t.deepEqual(await namesOf(run), ['client', 'operator', 'real1', 'switch'])
        const links = await exec('ip', ['-n', run.namespace('switch'), '-j', 'link'])
        const bridged = (JSON.parse(links.toString()) as { ifname: string; master?: string }[])
          .filter(({ master }) => master === 'front')
          .map(({ ifname }) => ifname)
        t.deepEqual(bridged.sort(), ['s0.0', 's1.0', 'tap1.0', 'tap2.0'])
        const client = ['netns', 'exec', run.namespace('client'), 'sh', '-c']
        // Direct routing: the real server answers for itself, and never for the VIP.
        const ask = (address: string) =>
          exec('ip', [
            ...client,
            `ip neigh add ${address} dev front use nud none; sleep 0.3; ip neigh`,
          ])
        t.regex((await ask('192.0.2.31')).toString(), /192\.0\.2\.31 .*lladdr 52:54:00:1b:01:00/)
        t.notRegex((await ask('192.0.2.100')).toString(), /192\.0\.2\.100 .*lladdr/)
      } finally {
        run.remove()
      }
      t.deepEqual(await namesOf(run), [])
    })
  },
)

netns.serial('what a dead lab left is ended and removed, a living one is not touched', async t => {
  await withRuns(async folder => {
    const [dead, living] = [openRun(folder), openRun(folder)]
    try {
      for (const run of [dead, living]) await buildNetwork(run, planLab(pairOf()))
      const crew = createCrew()
      const namespace = dead.namespace('client')
      let onUp: () => void = () => undefined
      const up = new Promise<void>(resolve => {
        onUp = resolve
      })
      const program = ['-c', 'echo up; exec sleep 60']
      const left = crew.start('sh', program, { namespace, onLine: () => onUp() })
      await up
      const owner = { pid: process.pid, startedAt_ticks: 'another program' }
      writeFileSync(join(dead.folder, 'owner.json'), JSON.stringify(owner))
      t.deepEqual(removeLeftovers(folder), [dead.id])
      t.is(await left.ended, 'SIGKILL')
      t.deepEqual(await namesOf(dead), [])
      t.deepEqual(await namesOf(living), ['client', 'operator', 'real1', 'real2', 'switch'])
    } finally {
      dead.remove()
      living.remove()
    }
  })
})
