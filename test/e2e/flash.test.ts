import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import {
  type BootState,
  decodeBootState,
  encodeBootState,
  FIRST_STATE,
  STATE_OFFSET,
} from '../../src/agent/flash/boot-state.ts'
import { partition, slotPartition } from '../../src/agent/flash/disk-layout.ts'
import { openToolbox } from '../../src/base/toolbox.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { stampOf, writeMedia } from '../../src/lab/boot-media.ts'
import { diskArguments, type LabDisk } from '../../src/lab/disks.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { planLab } from '../../src/lab/plan.ts'
import type { PreparedLab } from '../../src/lab/prepare.ts'
import type { BootMedia } from '../../src/lab/qemu.ts'
import {
  bootDirector,
  bootDirectors,
  LISTENING,
  waitForOwner,
  waitUntilServed,
} from '../../src/lab/wait.ts'
import { resolve } from '../../src/model/resolve.ts'
import { type BuildResult, buildImages } from '../../src/pack/build.ts'
import { inspectFile } from '../../src/pack/inspect.ts'
import { flashStampPatches, openDirectorFlash } from '../../src/stamp/flash.ts'
import { withImage } from '../../src/stamp/image-reader.ts'
import { patchedReader } from '../../src/stamp/patch.ts'
import { writeSparsePatched } from '../../src/stamp/sparse-copy.ts'
import { CLUSTER_FILE, openLab } from '../support/e2e-lab.ts'
import { consentTo, emptyDisk, keyboard, nameDisk } from '../support/install.ts'
import { requires } from '../support/requires.ts'
import { waitForText } from '../support/wait-for-text.ts'

// Disks by every bus and firmware; the first lab installs its own.
const e2e = requires('root', 'qemu', 'netns')
const BOOT_TIMEOUT_MS = 120_000
const INSTALL_TIMEOUT_MS = 180_000
const STATE_AT = partition('director-state').offset + STATE_OFFSET
const MIB = 1 << 20

async function changeDisk(
  path: string,
  change: (file: Awaited<ReturnType<typeof open>>) => Promise<unknown>,
): Promise<void> {
  const file = await open(path, 'r+')
  await change(file)
  await file.close()
}

const writeState = (path: string, state: BootState) =>
  changeDisk(path, file => file.write(encodeBootState(state), 0, 512, STATE_AT))

async function readState(path: string): Promise<BootState | undefined> {
  const block = Buffer.alloc(512)
  await changeDisk(path, file => file.read(block, 0, 512, STATE_AT))
  return decodeBootState(block)
}

const onTrial = (slot: 'a' | 'b', tries: number): BootState => ({
  ...FIRST_STATE,
  trial: { slot, copy: 0, tries },
})

/** What lies on a node's virtio disk in a lab that boots from flash, moved to another bus. */
async function diskOf(prepared: PreparedLab, index: number, bus: LabDisk['bus']): Promise<LabDisk> {
  const node = prepared.nodes[index]
  if (node === undefined) throw new Error('the pair has two nodes')
  const stamp = stampOf(prepared.build, node)
  const media = await writeMedia(prepared.build, 'flash', node, stamp, prepared.logs)
  if (media.kind !== 'flash' || media.disks[0] === undefined) throw new Error('no disk')
  return { ...media.disks[0], bus }
}

const refused = async (t: ExecutionContext, lab: Lab, words: string, code: RegExp) => {
  const { output, code: exit } = await lab
    .machine('lb1')
    .console.shell.run(`directorctl install ${words}`, INSTALL_TIMEOUT_MS)
  t.is(exit, 1, output)
  t.regex(output, code)
  t.regex(output, /to do:/)
}

e2e.serial('a CD installs a disk, which then serves beside a disk on trial', async t => {
  let target = ''
  let trial = ''
  const change = (prepared: PreparedLab) => ({
    media: async (node: PreparedLab['nodes'][number]): Promise<BootMedia> => {
      const media = await prepared.media(node)
      if (node.node.name === 'lb2') {
        const disk = await diskOf(prepared, 1, 'virtio')
        trial = String(disk.image)
        await writeState(trial, onTrial('a', 3))
        return { ...media, kind: 'flash', disks: [disk] }
      }
      target = emptyDisk(prepared.logs, 'target')
      const other = emptyDisk(prepared.logs, 'other')
      await changeDisk(other, file => file.write(Buffer.from([0x53, 0xef]), 0, 2, 0x438))
      const disks: readonly LabDisk[] = [
        { image: target, bus: 'ahci', bootIndex: 1 },
        { image: emptyDisk(prepared.logs, 'small', 128 * MIB), bus: 'virtio' },
        { image: other, bus: 'virtio' },
        { image: { forgets_bytes: 256 * MIB }, bus: 'virtio' },
        { image: { forgets_bytes: 256 * MIB }, bus: 'virtio', blockBytes: 4096 },
      ]
      if (media.kind !== 'iso') throw new Error('no ISO')
      return { ...media, disks }
    },
  })
  const firmware = (name: string) => (name === 'lb2' ? 'uefi' : 'bios')
  const lab = await openLab({ boot: 'iso', firmware, change })
  try {
    const { console: screen, start, kill } = lab.machine('lb1')
    const { transcript } = screen
    await start()
    // The countdown of the loader.
    const counting = await transcript.waitFor(/\[1;1H *1 /, INSTALL_TIMEOUT_MS, 0)
    keyboard(lab, 'lb1')('i')
    const { listed, end: named } = await nameDisk(lab, 'lb1', 'sda', counting.end)
    t.regex(listed, /sda: 257 MB.*; on it: nothing/)
    t.regex(listed, /on it: an ext2, ext3 or ext4 file system/)
    const end = await consentTo(lab, 'lb1', 'sda', named)
    await refused(t, lab, 'vda --yes', /disk_too_small/)
    await refused(t, lab, 'vdb --yes', /disk_not_empty/)
    await refused(t, lab, 'vdc --yes', /disk_differs.*\n.*\n.*drops writes/)
    await refused(t, lab, 'vdd --yes', /disk_blocks.*\n.*expected: 512 bytes\s+found: +4096 bytes/)
    await refused(t, lab, 'sdz --yes', /disk_unknown/)
    await kill()
    t.like((await inspectFile(target)).facts, { active: 'a', stamp: { node: 'lb1' } })

    await Promise.all([bootDirector(lab, 'lb1'), bootDirector(lab, 'lb2')])
    t.regex(transcript.text().slice(end), /director: loading slot a/)
    await waitUntilServed(lab)
    t.deepEqual((await readState(trial))?.trial, { slot: 'a', copy: 0, tries: 2 })
    const { output } = await lab.machine('lb2').console.shell.run('directorctl confirm')
    t.regex(output, /slot a is confirmed/)
    t.deepEqual(await readState(trial), FIRST_STATE)
    const active = (await waitForOwner(lab, lab.target.host)).node
    await lab.machine(active).kill()
    await waitUntilServed(lab)
    t.not((await waitForOwner(lab, lab.target.host)).node, active)
  } finally {
    await lab.close()
  }
})

// The other two pairs of firmware and bus: the pair above serves from the first two.
e2e.serial('a disk on virtio by BIOS serves, and one on AHCI by UEFI when it has died', async t => {
  const busOf = (node: string) => (node === 'lb1' ? 'virtio' : 'ahci')
  const change = (prepared: PreparedLab) => ({
    media: async (node: PreparedLab['nodes'][number]): Promise<BootMedia> => {
      const media = await prepared.media(node)
      if (media.kind !== 'flash') throw new Error('no disk')
      const bus = busOf(node.node.name)
      return { ...media, disks: media.disks.map(disk => ({ ...disk, bus })) }
    },
  })
  const firmware = (name: string) => (name === 'lb1' ? 'bios' : 'uefi')
  const lab = await openLab({ boot: 'flash', firmware, change })
  try {
    await bootDirectors(lab, quietSteps)
    await waitUntilServed(lab)
    const { node } = await waitForOwner(lab, lab.target.host)
    await lab.machine(node).kill()
    await waitUntilServed(lab)
    t.not((await waitForOwner(lab, lab.target.host)).node, node)
    for (const name of ['lb1', 'lb2']) {
      const said = lab.machine(name).console.transcript.text()
      t.regex(said, /loading slot a, version/)
      t.is(said.includes('EFI stub'), name === 'lb2')
    }
  } finally {
    await lab.close()
  }
})

// --- What the loader does with slots that are damaged or on trial --------------------------------

/** Boots the first node of the pair alone; gives back what its console said up to the text. */
async function bootAlone(disk: LabDisk, text: string, uefi?: string): Promise<string> {
  const [director] = planLab(resolve(built.cluster)).directors
  const cards = (director?.nics ?? []).flatMap((nic, index) => [
    ...['-netdev', `user,id=net${index},restrict=on`],
    ...['-device', `virtio-net-pci,netdev=net${index},mac=${nic.mac},romfile=`],
  ])
  const machine = ['-accel', 'tcg', '-machine', 'pc', '-m', '256', '-nodefaults', '-no-user-config']
  const ports = ['-display', 'none', '-vga', 'std', '-serial', 'stdio', '-serial', 'null']
  const program = uefi === undefined ? [] : ['-bios', uefi]
  const child: ChildProcess = spawn(
    'qemu-system-x86_64',
    [...machine, ...ports, ...cards, ...program, ...diskArguments([disk])],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  try {
    if (child.stdout === null) throw new Error('the machine has no serial port')
    return await waitForText(child, child.stdout, text, BOOT_TIMEOUT_MS)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

let built: BuildResult
let folder: string

e2e.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'director-flash-'))
  const out = join(import.meta.dirname, '../../out')
  built = await buildImages({ clusterFile: CLUSTER_FILE, out, steps: quietSteps })
})
e2e.after.always(() => rmSync(folder, { recursive: true, force: true }))

async function uefiProgram(): Promise<string> {
  const tools = await openToolbox('lab', { steps: quietSteps, locked: false })
  return tools.path('usr/share/ovmf/OVMF.fd')
}

/** The first node's disk with slot B filled like slot A, and a byte changed in some slots. */
async function diskWith(
  name: string,
  { damaged, empty }: { readonly damaged: readonly ('a' | 'b')[]; readonly empty?: 'b' },
): Promise<string> {
  const path = join(folder, name)
  const [node] = resolve(built.cluster)
  if (node === undefined) throw new Error('the pair has two nodes')
  const [a, b] = [slotPartition('a'), slotPartition('b')]
  await writeSparsePatched(built.baseFlash, path, [], 0o600)
  const patches = await withImage(path, async image => {
    const slot = { offset: b.offset, bytes: await image.read(a.offset, a.length) }
    const filled = patchedReader(image, empty === 'b' ? [] : [slot])
    const stamp = stampOf(built, node)
    const stamps = await flashStampPatches(
      await openDirectorFlash(filled),
      stamp,
      node.serial.console,
    )
    return [...(empty === 'b' ? [] : [slot]), ...stamps]
  })
  await changeDisk(path, async file => {
    for (const { offset, bytes } of patches) await file.write(bytes, 0, bytes.length, offset)
    for (const slot of damaged) {
      await file.write(Buffer.from('x'), 0, 1, slotPartition(slot).offset + 10 * MIB)
    }
  })
  return path
}

e2e.serial('a damaged slot is never started: the other one is, from NVMe by UEFI', async t => {
  const image = await diskWith('nvme.img', { damaged: ['a'] })
  const disk = { image, bus: 'nvme', bootIndex: 1 } as const
  const said = await bootAlone(disk, LISTENING, await uefiProgram())
  t.regex(said, /slot a cannot be started/)
  t.regex(said, /loading slot b, version/)
})

e2e.serial(
  'a trial that a disk is too small for costs a try and is passed over, from USB',
  async t => {
    const image = await diskWith('usb.img', { damaged: [] })
    // In the middle of slot B.
    truncateSync(image, slotPartition('b').offset + 17 * MIB)
    await writeState(image, onTrial('b', 2))
    const said = await bootAlone({ image, bus: 'usb', bootIndex: 1 }, LISTENING)
    t.regex(said, /trial of slot b, starts left after this one: 1/)
    t.regex(said, /slot b cannot be started/)
    t.regex(said, /loading slot a, version/)
    t.like(await readState(image), { active: 'a', trial: { slot: 'b', tries: 1 } })
  },
)

e2e.serial('a trial has its last start and then no more, from a memory card', async t => {
  const image = await diskWith('mmc.img', { damaged: [] })
  // QEMU's cards have a power of two.
  truncateSync(image, 256 * MIB)
  await writeState(image, onTrial('b', 1))
  const said = await bootAlone({ image, bus: 'mmc' }, LISTENING)
  t.regex(said, /trial of slot b, starts left after this one: 0/)
  t.regex(said, /loading slot b, version/)
  const again = await bootAlone({ image, bus: 'mmc' }, 'director: loading slot')
  t.regex(again, /checking slot a/)
  t.notRegex(again, /trial/)
})

e2e.serial('with no slot left the rescue system starts, and does not serve', async t => {
  const image = await diskWith('rescue.img', { damaged: ['a'], empty: 'b' })
  const rescue = 'this is the rescue system of its disk'
  const said = await bootAlone({ image, bus: 'virtio', bootIndex: 1 }, rescue)
  t.regex(said, /neither slot can be started/)
  t.false(said.includes(LISTENING))
})
