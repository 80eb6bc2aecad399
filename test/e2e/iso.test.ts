import { quietSteps } from '../../src/kit/steps.ts'
import { checkFailover } from '../../src/lab/failover.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { openLab, statusOf } from '../support/e2e-lab.ts'
import { readMemory } from '../support/memory.ts'
import { requires } from '../support/requires.ts'

// The smallest machine that is promised to work: 128 MB, BIOS, from the CD.
const e2e = requires('root', 'qemu', 'netns')
let lab: Lab

e2e.before(async () => {
  lab = await openLab({ boot: 'iso', memory_mb: 128 })
})
e2e.after.always(async () => {
  await lab?.close()
})

e2e.serial('a pair that boots from ISO on 128 MB serves the VIP and survives a death', async t => {
  const report = await checkFailover(lab, quietSteps)
  t.log(`${report.active} killed, away for ${report.load.outage_ms} ms`)
  t.true(report.isWithinLimit, JSON.stringify(report))
  t.true(report.load.answered > 0)
})

e2e.serial('a machine of 128 MB has memory left, and its agent needs little', async t => {
  const node = lab.machine('lb1').isOn() ? 'lb1' : 'lb2'
  const { available_kb, used_kb, agent_kb } = await readMemory(lab, node)
  t.log(`${used_kb} kB used, ${available_kb} kB available, directord ${agent_kb} kB`)
  t.true(available_kb > 16 * 1024, `${available_kb} kB`)
  t.true(agent_kb > 0 && agent_kb <= 4 * 1024, `${agent_kb} kB`)
  t.is((await statusOf(lab, node)).state, 'active')
})
