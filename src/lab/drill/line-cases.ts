import { setTimeout as sleep } from 'node:timers/promises'
import { labProblem } from '../lab-problem.ts'
import { adapterNode, type LabCase, needsLine, needsPort, portNode } from './case.ts'
import {
  deathLimit,
  EMULATION_MS,
  endOf,
  pathOf,
  pathsOf,
  type Scene,
  until,
  untilOwner,
} from './scene.ts'

const SECOND_MS = 1_000
const SEEN_WITHIN_MS = 20 * SECOND_MS
const BOOT_TIMEOUT_MS = 240 * SECOND_MS
const none = () => EMULATION_MS

async function cutLine(scene: Scene): Promise<void> {
  scene.lab.serial.setFault({ cut: true })
  await until('the backup says that the line is silent', SEEN_WITHIN_MS, async () => {
    const { state, trouble } = await pathOf(scene, scene.backup, 'serial')
    return state === 'silent' && trouble === 'no_signal'
  })
}

/** Frames that did not count on the line of a node, so far. */
async function discardsOf(scene: Scene, node: string): Promise<number> {
  const { discards } = await pathOf(scene, node, 'serial')
  return Object.values(discards).reduce((sum, count) => sum + count, 0)
}

async function discardsGrow(scene: Scene, before: number): Promise<void> {
  const { backup } = scene
  const now = await discardsOf(scene, backup)
  if (now <= before) throw labProblem('lab_drill', `${backup} discarded nothing`, `${now}`)
  const { state } = await pathOf(scene, backup, 'serial')
  if (state !== 'alive') throw labProblem('lab_drill', `the line to ${backup} is ${state}`, '')
}

const portOf = ({ lab }: Scene, node: string) =>
  lab.nodes.find(each => each.node.name === node)?.serial.heartbeat?.port

/** The adapter at one end of the line is pulled; both ends say so, and it comes back by itself. */
async function pullAdapter(scene: Scene): Promise<void> {
  const { lab, active, backup } = scene
  const node = adapterNode(lab) ?? backup
  const other = node === active ? backup : active
  const stateOf = async (name: string) => (await pathOf(scene, name, 'serial')).state
  await lab.machine(node).setAdapter(false)
  try {
    await until(
      `${node} has no port`,
      SEEN_WITHIN_MS,
      async () => (await stateOf(node)) === 'closed',
    )
    await until(
      'the line is silent',
      SEEN_WITHIN_MS,
      async () => (await stateOf(other)) === 'silent',
    )
    await sleep(3 * SECOND_MS)
  } finally {
    await lab.machine(node).setAdapter(true)
  }
  for (const name of [node, other]) {
    await until(
      `${name} hears the line`,
      SEEN_WITHIN_MS,
      async () => (await stateOf(name)) === 'alive',
    )
  }
}

const CONSOLE_TEXT = Buffer.from('[   12.345678] usb 1-1: new high-speed USB device\r\nlogin: ')
// One byte in a thousand, as a cable beside a motor.
const NOISE = 0.001

/** Faults of the serial line. */
export const lineCases: readonly LabCase[] = [
  {
    ...{ name: 'line-cut', row: 12, title: 'the serial line is cut' },
    lacks: needsLine,
    async act(scene) {
      try {
        await cutLine(scene)
        await sleep(3 * SECOND_MS)
      } finally {
        scene.lab.serial.setFault({})
      }
    },
    ...{ owner: 'stays', outage_max_ms: none },
  },
  {
    ...{ name: 'noise', row: 58, title: 'the serial line is noisy: one byte in a thousand' },
    lacks: needsLine,
    async act(scene) {
      const before = await discardsOf(scene, scene.backup)
      try {
        scene.lab.serial.setFault({ noise: NOISE })
        await until(
          'a frame was damaged',
          60 * SECOND_MS,
          async () => (await discardsOf(scene, scene.backup)) > before,
        )
        await discardsGrow(scene, before)
      } finally {
        scene.lab.serial.setFault({})
      }
    },
    ...{ owner: 'stays', outage_max_ms: none },
  },
  {
    ...{ name: 'console-text', row: 60, title: 'a console writes on the serial line' },
    lacks: needsLine,
    async act(scene) {
      const before = await discardsOf(scene, scene.backup)
      const end = endOf(scene, scene.backup)
      for (let line = 0; line < 30; line += 1) {
        scene.lab.serial.put(CONSOLE_TEXT, end)
        await sleep(100)
      }
      await discardsGrow(scene, before)
    },
    ...{ owner: 'stays', outage_max_ms: none },
  },
  {
    ...{ name: 'adapter', row: 77, title: 'the USB adapter of the line is pulled and plugged' },
    lacks: ({ lab }) =>
      lab.plan.directors.some(({ hasAdapter }) => hasAdapter)
        ? undefined
        : 'no heartbeat port is a USB adapter in the cluster file',
    act: pullAdapter,
    ...{ owner: 'stays', outage_max_ms: none },
  },
  {
    ...{ name: 'line-cut-then-power', row: 13, leavesOff: true },
    title: 'the serial line is cut, and then the active node loses power',
    lacks: needsLine,
    async act(scene) {
      try {
        await cutLine(scene)
        await scene.lab.machine(scene.active).kill()
        await untilOwner(scene, scene.backup, deathLimit(scene) + 20 * SECOND_MS)
        await sleep(SECOND_MS)
      } finally {
        scene.lab.serial.setFault({})
      }
    },
    ...{ owner: 'moves', outage_max_ms: deathLimit },
  },
]

/** The kernel of a node writes its console on the heartbeat port: for the end of a drill. */
export const consolePort: LabCase = {
  ...{ name: 'console-port', row: 60, leavesOff: true },
  title: 'the kernel of a node takes the heartbeat port for a console',
  lacks: scene =>
    needsLine(scene) ??
    needsPort(scene) ??
    (scene.lab.machine(scene.backup).media.kind === 'netboot'
      ? undefined
      : 'the command line is changed only with --boot netboot'),
  // The kernel of the image makes no adapter a console.
  backup: portNode,
  async act(scene) {
    const { lab, active, backup } = scene
    const machine = lab.machine(backup)
    const port = portOf(scene, backup) ?? ''
    if (machine.media.kind !== 'netboot') return
    const { peer } = await pathsOf(scene, active)
    await machine.kill()
    // Of the serial ports only the first one named becomes a console (serial-console.rst of the
    // kernel), so this machine says nothing where the lab reads: its peer is asked.
    const commandLine = `console=${port},115200n8 ${machine.media.commandLine}`
    await machine.start({ media: { ...machine.media, commandLine } })
    await until('the peer hears it again, beside the line', BOOT_TIMEOUT_MS, async () => {
      const now = await pathsOf(scene, active)
      return now.peer?.state === 'verified' && now.peer.boot !== peer?.boot
    })
    await sleep(5 * SECOND_MS)
    const { state } = await pathOf(scene, active, 'serial')
    if (state === 'alive') throw labProblem('lab_drill', `${backup} sends on its console`, port)
  },
  ...{ owner: 'stays', outage_max_ms: none },
}
