import { setTimeout as sleep } from 'node:timers/promises'
import { quietSteps } from '../../src/kit/steps.ts'
import { outageLimit } from '../../src/lab/failover.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { bootDirector, bootDirectors, waitForOwner, waitUntilServed } from '../../src/lab/wait.ts'
import { openLab, statusOf, tryService, until } from '../support/e2e-lab.ts'
import { readMemory } from '../support/memory.ts'
import { requires } from '../support/requires.ts'

// One pair without a heartbeat, booted from the network, for all of this file: each test leaves
// both nodes running. What else can break, drill.test.ts tries.
const e2e = requires('root', 'qemu', 'netns')
const NAT = '192.0.2.100'
const DIRECT = '192.0.2.101'
// RFC 9568 7.3 for VRID 10.
const VIRTUAL_MAC = '00:00:5e:00:01:0a'
const RATE = 50

let lab: Lab

e2e.before(async () => {
  lab = await openLab({ boot: 'netboot' })
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
  // Without a heartbeat, two nodes whose timers fire together both begin to open the VIPs; the
  // loser yields at the first advert, and `status` keeps the alarm for ten seconds.
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

e2e.serial('the active is killed and the client’s next requests succeed', async t => {
  const { active, backup } = await settled()
  const limit_ms = outageLimit(lab.nodes, NAT, active)
  const load = lab.load({ rate: RATE, seconds: 10 })
  await sleep(2_000)
  await lab.machine(active).kill()
  const summary = await load.finished
  t.log(`away for ${summary.outage_ms} ms, limit ${limit_ms} ms`)
  t.true(summary.failed > 0)
  t.true(summary.outage_ms <= limit_ms, JSON.stringify(summary))
  t.is(await owner(), backup)
  t.is((await tryService(lab, DIRECT)).failed, 0)
})

e2e.serial('the killed node returns as backup, with no request lost', async t => {
  const active = await owner()
  const returning = other(active)
  const load = lab.load({ rate: RATE, seconds: 600 })
  await bootDirector(lab, returning)
  await until(
    `${returning} as backup`,
    30_000,
    () => statusOf(lab, returning),
    ({ state }) => state === 'backup',
  )
  await sleep(5_000)
  load.stop()
  const { failed, errors } = await load.finished
  t.is(failed, 0, JSON.stringify(errors))
  t.is(await owner(), active)
})

e2e.serial(
  'a node whose agent and supervisor hang is reset by its watchdog, and its peer serves',
  async t => {
    const { active, backup } = await settled()
    const { shell, transcript } = lab.machine(active).console
    const mark = transcript.mark()
    // By their program both are found: the supervisor is the same one under another name.
    await shell.run('kill -STOP $(pidof directord)')
    const startedAt = Date.now()
    // Its kernel goes on to answer, so that two nodes do until the reset.
    const reset = until(
      'the reset',
      60_000,
      () => lab.owners(NAT),
      found => found.length === 1 && found[0]?.node === backup,
    )
    await reset
    t.log(`${Date.now() - startedAt} ms until the peer alone answers`)
    await transcript.waitFor('directord: listening', 90_000, mark)
    shell.reset()
    t.is((await tryService(lab, NAT)).failed, 0)
    t.deepEqual(await settled(), { active: backup, backup: active })
  },
)

e2e.serial('an agent that is stopped disarms its watchdog, and one without says so', async t => {
  const { backup } = await settled()
  const { shell } = lab.machine(backup).console
  const uptime = async () => Number((await shell.run('cut -d. -f1 /proc/uptime')).output)
  // An agent that is just starting gives no status.
  const problems = () =>
    statusOf(lab, backup).then(
      found => found.problems.map(({ code }) => code as string),
      () => ['no_status'],
    )
  // Without it the start script keeps the agent from starting again.
  await shell.run('rm /run/director/ready; kill $(pidof directord)')
  const before = await uptime()
  await sleep(14_000)
  t.true((await uptime()) >= before + 13)
  t.is((await shell.run('pidof directord')).output, '')
  await shell.run('mv /dev/watchdog /dev/away; touch /run/director/ready; kill $(pidof sleep)')
  await until('the alarm', 30_000, problems, found => found.includes('watchdog_absent'))
  await shell.run('mv /dev/away /dev/watchdog')
  const isWell = (found: readonly string[]) => !/watchdog_absent|no_status/.test(found.join())
  await until('the watchdog', 30_000, problems, isWell)
  await settled()
})

e2e.serial('the heartbeat ports are crossed and paced', async t => {
  const [one, two] = [lab.machine('lb1').console.shell, lab.machine('lb2').console.shell]
  for (const shell of [one, two]) await shell.run('stty -F /dev/ttyS1 115200 raw -echo')
  await two.run('timeout 8 cat /dev/ttyS1 >/tmp/heard &')
  const sent = await one.run('head -c 11520 /dev/zero | tr "\\0" U >/dev/ttyS1; echo sent')
  t.is(sent.output, 'sent\n')
  const startedAt = Date.now()
  const heard = await until(
    'the bytes',
    8_000,
    async () => (await two.run('wc -c </tmp/heard')).output.trim(),
    count => count === '11520',
  )
  t.is(heard, '11520')
  t.log(`${Date.now() - startedAt} ms after the end of sending`)
})
