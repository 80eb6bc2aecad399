import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { labProblem } from '../lab-problem.ts'
import { type LabCase, needsHeartbeat, needsPort, portNode } from './case.ts'
import { EMULATION_MS, order, pathsOf, type Scene, shell, until, untilOwner } from './scene.ts'

const SECOND_MS = 1_000
const MOVE_TIMEOUT_MS = 30 * SECOND_MS
const MANY = 100
// Beyond the handover and what is looked at after it.
const WRITES_AFTER_MS = 3 * SECOND_MS
const WRITES_MS = 12 * SECOND_MS
const ANNOUNCED_WITHIN_MS = 2 * SECOND_MS

const none = () => EMULATION_MS
const needsMany = (scene: Scene) =>
  needsHeartbeat(scene) ??
  (vipsOf(scene).length >= MANY ? undefined : `the VIP's instance has less than ${MANY} addresses`)

const vipsOf = ({ instance }: Scene) =>
  [...instance.addresses, ...(instance.more_addresses ?? [])].map(vip => vip.split('/')[0])

/** The operator hands over, and what the other node then sends is as it should be. */
async function handOver(scene: Scene): Promise<void> {
  const { active, backup, wire, instance } = scene
  const from = wire.events.length
  await order(scene, active, 'standby')
  await untilOwner(scene, backup, MOVE_TIMEOUT_MS)
  await sleep(Math.max(ANNOUNCED_WITHIN_MS, 3 * instance.advert_interval_ms) + EMULATION_MS)
  const events = wire.events.slice(from).filter(({ node }) => node === backup)
  const adverts = events.flatMap(event =>
    event.kind === 'advert' && event.vrid === instance.vrid ? [event.at_ms] : [],
  )
  const late = Math.max(...adverts.slice(1).map((at, index) => at - (adverts[index] ?? at)))
  const limit = 1.05 * instance.advert_interval_ms + EMULATION_MS
  if (adverts.length < 3 || late > limit) {
    throw labProblem('lab_drill', `${backup} sent ${adverts.length} adverts`, `${late} ms apart`)
  }
  const [first = 0] = adverts
  const announced = new Set(
    events.flatMap(event =>
      event.kind === 'announcement' && event.at_ms < first + ANNOUNCED_WITHIN_MS + EMULATION_MS
        ? [event.address]
        : [],
    ),
  )
  const missing = vipsOf(scene).filter(vip => !announced.has(vip ?? ''))
  if (missing.length > 0) {
    throw labProblem('lab_drill', `${missing.length} VIPs were not announced`, `${missing[0]}`)
  }
}

/** Takeovers that were ordered, of many VIPs, and a machine that is put back. */
export const takeoverCases: readonly LabCase[] = [
  {
    ...{ name: 'standby', row: 41, title: 'the operator tells the active node to stand by' },
    lacks: needsHeartbeat,
    act: handOver,
    ...{ owner: 'moves', outage_max_ms: none },
  },
  {
    ...{ name: 'many-vips', row: 26, title: 'a takeover of a hundred VIPs or more' },
    lacks: needsMany,
    act: handOver,
    ...{ owner: 'moves', outage_max_ms: none },
  },
  {
    ...{ name: 'held-console', row: 27 },
    title: 'a takeover while the console is written to and takes nothing',
    lacks: needsHeartbeat,
    async act(scene) {
      const { console } = scene.lab.machine(scene.backup)
      // It begins when this console, by which the order comes, is held already.
      const write = 'while :; do echo a line of a log; done >/dev/console'
      const later = `sleep ${WRITES_AFTER_MS / SECOND_MS}; timeout ${WRITES_MS / SECOND_MS}`
      const over = sleep(WRITES_AFTER_MS + WRITES_MS + EMULATION_MS)
      await shell(scene, scene.backup, `( ${later} sh -c '${write}' ) >/dev/null 2>&1 &`)
      console.hold(true)
      try {
        await sleep(WRITES_AFTER_MS + SECOND_MS)
        await handOver(scene)
      } finally {
        console.hold(false)
        await over
      }
    },
    ...{ owner: 'moves', outage_max_ms: none },
  },
  {
    ...{ name: 'restored', row: 35, title: 'the backup is put back into an older state' },
    lacks: scene => needsHeartbeat(scene) ?? needsPort(scene),
    // QEMU saves no state of a machine with an adapter.
    backup: portNode,
    async act(scene) {
      const { lab, active, backup } = scene
      const machine = lab.machine(backup)
      const file = join(lab.run.folder, `${backup}.state`)
      const sessions = async () => (await pathsOf(scene, active)).peer?.sessions ?? 0
      await machine.save(file)
      await sleep(2 * SECOND_MS)
      const before = await sessions()
      await machine.kill()
      await machine.start({ restoreFrom: file })
      await until('a new session with the node that was put back', MOVE_TIMEOUT_MS, async () => {
        const { peer } = await pathsOf(scene, active)
        if (peer?.state === 'verified' && peer.sessions > before) return true
        throw new Error(`sessions were ${before}, and now ${JSON.stringify(peer)}`)
      })
      await sleep(5 * SECOND_MS)
    },
    ...{ owner: 'stays', outage_max_ms: none },
  },
]
