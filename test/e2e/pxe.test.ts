import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { quietSteps } from '../../src/kit/steps.ts'
import type { Lab } from '../../src/lab/lab.ts'
import {
  bootDirector,
  bootDirectors,
  LISTENING,
  waitForOwner,
  waitUntilServed,
} from '../../src/lab/wait.ts'
import { inspectFile } from '../../src/pack/inspect.ts'
import { type E2eOptions, openLab } from '../support/e2e-lab.ts'
import { consentTo, emptyDisk } from '../support/install.ts'
import { requires } from '../support/requires.ts'

const e2e = requires('root', 'qemu', 'netns')
const NAT = '192.0.2.100'
const firmware = (node: string) => (node === 'lb1' ? 'bios' : 'uefi')

/** Boots the pair, and each node serves: the second one when the first has lost its power. */
async function bothServe(
  t: ExecutionContext,
  options: E2eOptions,
  check: (said: (node: string) => string) => void,
  bootAll = (lab: Lab) => bootDirectors(lab, quietSteps),
): Promise<void> {
  const lab = await openLab(options)
  try {
    const start = Date.now()
    await bootAll(lab)
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

/** As the network's script starts it, or the loader of a disk. */
async function isStampedAs(t: ExecutionContext, lab: Lab, node: string): Promise<void> {
  const { output } = await lab.machine(node).console.shell.run('hostname; cat /proc/cmdline')
  t.regex(output, new RegExp(`^${node}\n`))
  const start = `director\\.(node=${node}|slot=a director\\.copy=0)`
  t.regex(output, new RegExp(`console=ttyS0,115200n8 .* ${start}( |$)`, 'm'))
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

// A script of an operator's own, as the manual says, for the machine that is to be installed.
const INSTALL_SCRIPT = '#!ipxe\nset install sda\nchain boot.ipxe\n'
const INSTALL_LINES = [
  'dhcp-mac=set:to-install,52:54:00:e2:01:03',
  'dhcp-boot=tag:director-script,tag:to-install,http://198.51.100.254:8080/install.ipxe',
]

/** Boots the first node to install its disk, then from there; the other one as it does. */
async function installAndBoot(lab: Lab): Promise<void> {
  const installed = async () => {
    const { kill, start } = lab.machine('lb1')
    await start()
    await consentTo(lab, 'lb1', 'sda', 0)
    await kill()
    await bootDirector(lab, 'lb1')
  }
  await Promise.all([installed(), bootDirector(lab, 'lb2')])
}

e2e.serial(
  'UEFI HTTP boot takes everything by HTTP, and a BIOS with iPXE installs its disk so',
  async t => {
    let target = ''
    const change: E2eOptions['change'] = prepared => {
      const { logs, netbootServer } = prepared
      if (netbootServer === undefined) return {}
      // A TFTP server that has nothing.
      const empty = join(logs, 'empty')
      mkdirSync(empty)
      target = emptyDisk(logs, 'target')
      writeFileSync(join(netbootServer.folder, 'netboot/install.ipxe'), INSTALL_SCRIPT)
      return {
        netbootServer: { ...netbootServer, lines: [`tftp-root=${empty}`, ...INSTALL_LINES] },
        async media(node) {
          const media = await prepared.media(node)
          if (media.kind !== 'network' || node.node.name !== 'lb1') return media
          // The firmware looks at the disk first, and goes on to the network while it is empty.
          return { ...media, disks: [{ image: target, bus: 'ahci', bootIndex: 0 }] }
        },
      }
    }
    const check = (said: (node: string) => string) => {
      const [before = '', after = ''] = said('lb1').split(/sda is written, read back and right/)
      t.regex(before, /http:\/\/\S+\/install\.ipxe\.+ ok/)
      t.regex(before, /director: this machine is lb1/)
      t.regex(before, /this erases sda: 257 MB.*; on it: nothing/)
      t.false(before.includes(LISTENING), 'it serves while it installs')
      t.regex(after, /director: loading slot a/)
      t.false(after.includes('install.ipxe'), 'it starts from the network again')
      t.regex(said('lb2'), /UEFI HTTPv4/)
      t.regex(said('lb2'), /director: UEFI HTTP boot/)
      t.regex(said('lb2'), /http:\/\/\S+\/http\/next\.ipxe\.+ ok/)
    }
    await bothServe(t, { boot: 'http', firmware, change }, check, installAndBoot)
    t.like((await inspectFile(target)).facts, { active: 'a', stamp: { node: 'lb1' } })
  },
)
