import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { quietSteps } from '../../src/kit/steps.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { bootDirectors, waitForOwner, waitUntilServed } from '../../src/lab/wait.ts'
import { type E2eOptions, openLab } from '../support/e2e-lab.ts'
import { requires } from '../support/requires.ts'

const e2e = requires('root', 'qemu', 'netns')
const NAT = '192.0.2.100'
const firmware = (node: string) => (node === 'lb1' ? 'bios' : 'uefi')

/** Boots the pair, and each node serves: the second one when the first has lost its power. */
async function bothServe(
  t: ExecutionContext,
  options: E2eOptions,
  check: (said: (node: string) => string) => void,
): Promise<void> {
  const lab = await openLab(options)
  try {
    const start = Date.now()
    await bootDirectors(lab, quietSteps)
    t.log(`${Date.now() - start} ms until both listened`)
    check(node => lab.machine(node).console.transcript.text())
    for (const node of ['lb1', 'lb2']) await isStampedAs(t, lab, node)
    await waitUntilServed(lab)
    const { node } = await waitForOwner(lab, NAT)
    await lab.machine(node).kill()
    await waitUntilServed(lab)
    const second = await waitForOwner(lab, NAT)
    t.is(second.mac, '00:00:5e:00:01:0a')
    t.not(second.node, node)
  } finally {
    await lab.close()
  }
}

async function isStampedAs(t: ExecutionContext, lab: Lab, node: string): Promise<void> {
  const { output } = await lab.machine(node).console.shell.run('hostname; cat /proc/cmdline')
  t.regex(output, new RegExp(`^${node}\n`))
  t.regex(output, new RegExp(`console=ttyS0,115200n8 .* director\\.node=${node}( |$)`, 'm'))
}

// By HTTP what the script loads; the second node gets everything by TFTP.
const TFTP_FOR_UEFI = 'dhcp-boot=tag:director-script,tag:director-x64-uefi,boot.ipxe'

e2e.serial(
  'a BIOS and a UEFI that know PXE alone load iPXE, the system and their stamps',
  async t => {
    const change: E2eOptions['change'] = ({ netbootServer }) =>
      netbootServer === undefined
        ? {}
        : { netbootServer: { ...netbootServer, lines: [TFTP_FOR_UEFI] } }
    await bothServe(t, { boot: 'pxe', firmware, change }, said => {
      t.regex(said('lb1'), /plain PXE: undionly\.kpxe/)
      t.regex(said('lb1'), /using undionly/)
      t.regex(said('lb1'), /http:\/\/\S+\/boot\.ipxe\.+ ok/)
      t.regex(said('lb2'), /UEFI PXEv4/)
      t.regex(said('lb2'), /tftp:\/\/\S+\/boot\.ipxe\.+ ok/)
    })
  },
)

e2e.serial('UEFI HTTP boot, and a card with iPXE by BIOS, take everything by HTTP', async t => {
  // A TFTP server that has nothing.
  const change: E2eOptions['change'] = ({ logs, netbootServer }) => {
    if (netbootServer === undefined) return {}
    const empty = join(logs, 'empty')
    mkdirSync(empty)
    return { netbootServer: { ...netbootServer, lines: [`tftp-root=${empty}`] } }
  }
  await bothServe(t, { boot: 'http', firmware, change }, said => {
    t.regex(said('lb1'), /http:\/\/\S+\/boot\.ipxe\.+ ok/)
    t.regex(said('lb2'), /UEFI HTTPv4/)
    t.regex(said('lb2'), /director: UEFI HTTP boot/)
    t.regex(said('lb2'), /http:\/\/\S+\/http\/next\.ipxe\.+ ok/)
  })
})
