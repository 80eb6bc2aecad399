import { join } from 'node:path'
import { quietSteps } from '../../src/kit/steps.ts'
import { labCases } from '../../src/lab/drill/cases.ts'
import { type LabDrill, openLabDrill } from '../../src/lab/drill/drill.ts'
import { renderResult } from '../../src/lab/drill/report.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { bootDirectors, waitForOwner, waitUntilServed } from '../../src/lab/wait.ts'
import { openLab, statusOf, tryService, until } from '../support/e2e-lab.ts'
import { readMemory } from '../support/memory.ts'
import { requires } from '../support/requires.ts'

// One pair, booted from the network, for all of this file: each test leaves both nodes running.
const e2e = requires('root', 'qemu', 'netns')
const NAT = '192.0.2.100'
const DIRECT = '192.0.2.101'
// RFC 9568 7.3 for VRID 10.
const VIRTUAL_MAC = '00:00:5e:00:01:0a'
// The pair of the other tests, with a heartbeat, a target to ping, and many VIPs.
const HEARTBEAT_FILE = join(import.meta.dirname, 'heartbeat.yaml')

let lab: Lab
let drill: LabDrill | undefined

e2e.before(async () => {
  lab = await openLab({ boot: 'netboot', clusterFile: HEARTBEAT_FILE, isObserved: true })
  await bootDirectors(lab, quietSteps)
})
e2e.after.always(async () => {
  await lab?.close()
})

const owner = async () => (await waitForOwner(lab, NAT)).node
const other = (node: string) => (node === 'lb1' ? 'lb2' : 'lb1')

/** The active node and its peer, once one is active and the other is backup. */
async function settled(): Promise<{ readonly active: string; readonly backup: string }> {
  const active = await owner()
  const backup = other(active)
  await until(
    `${backup} as backup`,
    20_000,
    () => statusOf(lab, backup),
    ({ state }) => state === 'backup',
  )
  return { active, backup }
}

e2e.serial('a pair that boots from the network serves the VIP', async t => {
  await waitUntilServed(lab)
  const { node, mac } = await waitForOwner(lab, NAT)
  t.is(mac, VIRTUAL_MAC)
  t.log(`${node} serves`)
})

e2e.serial('one node is active and the other is backup, and both say so', async t => {
  const { active, backup } = await settled()
  const [first, second] = await until(
    'no problem on either node',
    20_000,
    async () => [await statusOf(lab, active), await statusOf(lab, backup)] as const,
    both => both.every(({ problems }) => problems.length === 0),
  )
  t.is(first.state, 'active')
  t.is(second.state, 'backup')
  t.true(first.ipvs.verified && second.ipvs.verified)
})

e2e.serial('the system uses no more than 64 MB of memory', async t => {
  const { used_kb } = await readMemory(lab, 'lb1')
  t.log(`${used_kb} kB`)
  t.true(used_kb <= 64 * 1024, `${used_kb} kB`)
})

e2e.serial('requests through NAT are shared by both real servers', async t => {
  const { servers, failed } = await tryService(lab, NAT)
  t.is(failed, 0)
  t.deepEqual(servers, { real1: 10, real2: 10 })
})

e2e.serial('direct routing serves too, and the answers come from the real servers', async t => {
  const { servers, failed } = await tryService(lab, DIRECT)
  t.is(failed, 0)
  t.deepEqual(servers, { real3: 10, real4: 10 })
})

e2e.serial('a real server that dies is taken out, and back in when it returns', async t => {
  const { active } = await settled()
  await lab.realServer('10.77.0.21').stop()
  const stateIs = (wanted: string) =>
    until(
      `10.77.0.21 ${wanted}`,
      15_000,
      () => statusOf(lab, active),
      ({ services }) =>
        services.find(({ name }) => name === 'web')?.real_servers[0]?.state === wanted,
    )
  await stateIs('down')
  const without = await tryService(lab, NAT)
  t.is(without.failed, 0)
  t.deepEqual(Object.keys(without.servers), ['real2'])
  lab.realServer('10.77.0.21').start()
  await stateIs('up')
  const restored = await tryService(lab, NAT)
  t.is(restored.failed, 0)
  t.deepEqual(Object.keys(restored.servers).sort(), ['real1', 'real2'])
})

e2e.serial('the backup closes the VIP: only one node answers for it', async t => {
  const { active } = await settled()
  for (let sample = 0; sample < 5; sample += 1) {
    t.deepEqual(await lab.owners(NAT), [{ node: active, mac: VIRTUAL_MAC }])
    t.deepEqual(await lab.owners('10.77.0.1'), [{ node: active, mac: '00:00:5e:00:01:14' }])
  }
})

// The rows of the failure matrix: what each does, and what must come of it, is written with it.
for (const each of labCases) {
  e2e.serial(`row ${each.row}, ${each.name}: ${each.title}`, async t => {
    drill ??= await openLabDrill(lab)
    const result = await drill.tryCase(each)
    t.log(renderResult(result), result.looks)
    t.is(result.verdict, 'held', JSON.stringify(result, null, 1))
    t.true(result.looks.arp_answers > 0 && result.looks.echo_answers > 0)
  })
}
