import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openToolbox } from '../../src/base/toolbox.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { planLab } from '../../src/lab/plan.ts'
import { LISTENING } from '../../src/lab/wait.ts'
import { resolve } from '../../src/model/resolve.ts'
import { type BuildResult, buildImages } from '../../src/pack/build.ts'
import { inspectFile } from '../../src/pack/inspect.ts'
import { CLUSTER_FILE } from '../support/e2e-lab.ts'
import { requires } from '../support/requires.ts'
import { waitForText } from '../support/wait-for-text.ts'

// One ISO, every way that a PC can start it, each on the least memory that is promised to do.
const e2e = requires('mirror', 'qemu')
const BOOT_TIMEOUT_MS = 240_000
const STICK_BYTES = 64 << 20
const ISO_BYTES_MAX = 28e6
let folder: string
let built: BuildResult
let uefi: string

e2e.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'director-firmware-'))
  const out = join(folder, 'out')
  built = await buildImages({ clusterFile: CLUSTER_FILE, out, steps: quietSteps })
  const lab = await openToolbox('lab', { steps: quietSteps, locked: false })
  uefi = await lab.path('usr/share/ovmf/OVMF.fd')
})
e2e.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

const isoOf = (node: number) => built.nodes[node]?.iso ?? ''

/** The ISO on a CD. */
const cd = (node = 0, bootIndex = 1) => [
  ...['-drive', `if=none,id=cd,file=${isoOf(node)},format=raw,media=cdrom,readonly=on`],
  ...['-device', `ide-cd,drive=cd,bootindex=${bootIndex}`],
]

/** The ISO copied to the beginning of a larger USB stick, with nothing else of it touched. */
function stick(node = 0, bootIndex = 1): string[] {
  const path = join(folder, 'stick')
  copyFileSync(isoOf(node), path)
  truncateSync(path, STICK_BYTES)
  return [
    ...['-drive', `if=none,id=stick,file=${path},format=raw,readonly=on`],
    ...['-device', 'qemu-xhci', '-device', `usb-storage,drive=stick,bootindex=${bootIndex}`],
  ]
}

// What the other node boots from is left in the machine: it must not be taken instead.
const cdFirst = () => [...stick(1, 2), ...cd()]
const stickFirst = () => [...cd(1, 2), ...stick()]

/** Boots the first node of the pair and gives back what its serial port said up to the line. */
async function boot(memory_mb: number, media: readonly string[], line = LISTENING) {
  const [director] = planLab(resolve(built.cluster)).directors
  // Cards that reach nothing: a node serves when it has its interfaces.
  const cards = (director?.nics ?? []).flatMap((nic, index) => [
    ...['-netdev', `user,id=net${index},restrict=on`],
    ...['-device', `virtio-net-pci,netdev=net${index},mac=${nic.mac},romfile=`],
  ])
  const machine = ['-accel', 'tcg', '-machine', 'pc', '-m', `${memory_mb}`, '-smp', '1']
  const ports = ['-display', 'none', '-vga', 'std', '-serial', 'stdio', '-serial', 'null']
  const child: ChildProcess = spawn(
    'qemu-system-x86_64',
    [...machine, '-nodefaults', '-no-user-config', '-no-reboot', ...ports, ...cards, ...media],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  try {
    if (child.stdout === null) throw new Error('the machine has no serial port')
    return await waitForText(child, child.stdout, line, BOOT_TIMEOUT_MS)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

const MEMORY_MB = { BIOS: 128, UEFI: 256 } as const
const MEDIA = { 'a CD': cdFirst, 'a USB stick': stickFirst } as const

for (const firmware of ['BIOS', 'UEFI'] as const) {
  for (const medium of ['a CD', 'a USB stick'] as const) {
    const memory_mb = MEMORY_MB[firmware]
    const title = `the ISO starts from ${medium} by ${firmware} on ${memory_mb} MB`
    e2e.serial(`${title}, and its stamp makes it the node`, async t => {
      const start = Date.now()
      const program = firmware === 'UEFI' ? ['-bios', uefi] : []
      const said = await boot(memory_mb, [...program, ...MEDIA[medium]()])
      t.log(`${Date.now() - start} ms to ${LISTENING}`)
      t.regex(said, /director: loading the kernel/, 'the loader is silent on the serial port')
      t.regex(said, /director-setup: this is lb1 of \w+, ready to serve/)
      t.is(said.includes('EFI stub'), firmware === 'UEFI')
      t.false(said.includes('too little memory'))
    })
  }
}

e2e.serial('on 64 MB the loader says what is wrong before anything fails', async t => {
  const said = await boot(64, cd(), 'director: loading the system')
  t.regex(said, /director: warning: this machine has too little memory: 65535 KiB\r?\n/)
  t.regex(said, /director: expected: 128 MiB or more; /)
  t.regex(said, /director: loading the kernel[\r\n]+error: out of memory\./)
})

e2e.serial('the ISO says what starts it, and keeps within its size', async t => {
  const { facts, size } = await inspectFile(isoOf(0))
  t.deepEqual(facts['boot'], { cd: ['bios', 'uefi'], disk: ['bios', 'uefi'] })
  t.log(`${size} bytes`)
  t.true(size <= ISO_BYTES_MAX)
})
