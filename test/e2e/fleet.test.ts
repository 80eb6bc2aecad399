import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { quietSteps } from '../../src/kit/steps.ts'
import { stampOf } from '../../src/lab/boot-media.ts'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { type PreparedLab, prepareLab } from '../../src/lab/prepare.ts'
import type { BootMedia } from '../../src/lab/qemu.ts'
import { bootDirectors, waitForOwner, waitUntilServed } from '../../src/lab/wait.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { withImage } from '../../src/stamp/image-reader.ts'
import { fleetPatches, openDirectorIso } from '../../src/stamp/iso.ts'
import { writePatched } from '../../src/stamp/patch.ts'
import { decodeStamp } from '../../src/stamp/stamp.ts'
import { CLUSTER_FILE } from '../support/e2e-lab.ts'
import { requires } from '../support/requires.ts'

// One image for the pair, and for a machine that is not in it.
const e2e = requires('root', 'qemu', 'netns')
const TIMEOUT_MS = 240_000
// GRUB draws the seconds that are left at the top of the screen.
const COUNTDOWN = '\u001b[1;1H1'
const NAT = '192.0.2.100'
const SERIAL = 'E2E-2'
let folder: string
let lab: Lab
let iso: string

e2e.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'director-fleet-'))
  const firmware = (node: string) => (node === 'lb1' ? 'bios' : 'uefi')
  const options = { clusterFile: writeCluster(), boot: 'iso', firmware, memory_mb: 256 } as const
  const prepared = await prepareLab({ ...options, steps: quietSteps })
  iso = await writeFleet(prepared)
  const media = async (node: NodeConfig): Promise<BootMedia> => {
    const { uefi } = await prepared.media(node)
    return { kind: 'iso', iso, ...(uefi === undefined ? {} : { uefi }) }
  }
  lab = await startLab({ ...prepared, media })
})
e2e.after.always(async () => {
  await lab?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The pair, of which the second node is known by the serial number of its machine alone. */
function writeCluster(): string {
  const path = join(folder, 'pair.yaml')
  let slot = 0x10
  const text = readFileSync(CLUSTER_FILE, 'utf8')
    .replace('name: lb2\n', `name: lb2\n    identity: { dmi_serial: ${SERIAL} }\n`)
    .replaceAll(/mac: "52:54:00:e2:02:\d\d"/g, () => {
      slot += 1
      return `pci: "0000:00:${slot.toString(16)}.0"`
    })
  writeFileSync(path, text)
  return path
}

/** The fleet ISO of a build with the stamps of this lab. */
async function writeFleet({ build, nodes, logs }: PreparedLab): Promise<string> {
  const path = join(logs, 'fleet.iso')
  const members = nodes.map(node => ({
    ...{ stamp: decodeStamp(stampOf(build, node)), console: node.serial.console },
  }))
  await withImage(build.fleetIso ?? '', async image => {
    const patches = fleetPatches(await openDirectorIso(image), members)
    await writePatched(image.name, path, patches, 0o600)
  })
  return path
}

e2e.serial(
  'two machines with one image become the two nodes, by MAC and by serial number, and each serves',
  async t => {
    await bootDirectors(lab, quietSteps)
    await waitUntilServed(lab)
    // On a busy host the second may be up well before the first, and then it stays active.
    const { node: active } = await waitForOwner(lab, NAT)
    const by = { lb1: 'MAC 52:54:00:e2:01:', lb2: `DMI serial ${SERIAL}` }
    for (const [node, mark] of Object.entries(by)) {
      const { shell, transcript } = lab.machine(node).console
      const said = transcript.text()
      t.regex(said, new RegExp(`this machine is ${node} of e2e by ${mark}`))
      t.is(said.includes('EFI stub'), node === 'lb2')
      const { output } = await shell.run('hostname; find /etc/director -name node.json')
      t.is(output.trim().replaceAll('\r', ''), `${node}\n/etc/director/node.json`)
    }
    await lab.machine(active).kill()
    await waitUntilServed(lab)
    const { node: other } = await waitForOwner(lab, NAT)
    t.not(other, active)
    await lab.machine(other).kill()
  },
)

/** A machine with one card and a serial number that no node has; its serial port. */
function startStranger() {
  const machine = ['-accel', 'tcg', '-machine', 'pc', '-m', '256', '-smp', '1', '-nodefaults']
  const ports = ['-no-user-config', '-display', 'none', '-vga', 'std', '-serial', 'stdio']
  const card = 'virtio-net-pci,netdev=net,mac=52:54:00:99:00:01,romfile='
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...[...machine, ...ports, '-smbios', 'type=1,serial=STRANGER-1'],
      ...['-netdev', 'user,id=net,restrict=on', '-device', card],
      ...['-drive', `file=${iso},format=raw,media=cdrom,readonly=on,if=ide`, '-boot', 'd'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  let said = ''
  child.stdout.on('data', (piece: Buffer) => {
    said += piece.toString('latin1')
  })
  return {
    said: () => said,
    /** Waits for a text behind what was seen before. */
    async until(text: string): Promise<void> {
      const deadline = Date.now() + TIMEOUT_MS
      while (!said.includes(text)) {
        if (Date.now() > deadline) throw new Error(`no "${text}" in:\n${said}`)
        await sleep(200)
      }
    },
    async type(keys: string, after_ms = 1_000): Promise<void> {
      said = ''
      // A loader that has just drawn its menu drops what comes at once.
      await sleep(after_ms)
      child.stdin.write(keys)
    },
    async end(): Promise<void> {
      child.kill('SIGKILL')
      await ended
    },
  }
}

e2e.serial(
  'a machine that is not in the image says so, until a person says which it is',
  async t => {
    const stranger = startStranger()
    try {
      await stranger.until('type "reboot"')
      t.regex(stranger.said(), /error: this machine is none of the 2 nodes that this image holds/)
      t.regex(
        stranger.said(),
        /e2e\/lb1 \(MAC 52:54:00:e2:01:01 .*\); e2e\/lb2 \(DMI serial E2E-2\)/,
      )
      t.regex(stranger.said(), /MAC 52:54:00:99:00:01 \(eth0\); DMI serial STRANGER-1/)
      t.regex(stranger.said(), /this node does not serve: which of the nodes/)
      await stranger.type('reboot\n')
      await stranger.until(COUNTDOWN)
      // Escape ends the countdown: the menu; then the second entry.
      await stranger.type('\u001b', 0)
      await stranger.until('as a node that you name')
      await stranger.type('\u001b[B')
      await stranger.type('\r')
      await stranger.until('Which one is this machine?')
      t.regex(stranger.said(), /The nodes of this image: e2e\/lb1 e2e\/lb2/)
      await stranger.type('lb2\r')
      await stranger.until('this machine is lb2 of e2e by director.node=lb2')
      // It has none of its cards.
      await stranger.until('this node does not serve: something that it needs is missing')
    } finally {
      await stranger.end()
    }
  },
)
