import { setTimeout as sleep } from 'node:timers/promises'
import type { LabCase } from './case.ts'
import { needsConnectivity, needsHeartbeat, needsLine } from './case.ts'
import {
  blockMulticast,
  cutOthers,
  deathLimit,
  EMULATION_MS,
  type Scene,
  untilOwner,
} from './scene.ts'

// Beyond every time after which one of them could think that the other is gone.
const holdOf = (scene: Scene) => deathLimit(scene) + 1_000
const none = () => EMULATION_MS
const MOVE_TIMEOUT_MS = 30_000

/** A one-way loss on the VIP's cable of the active node, until the other one answers. */
const lossOf = (way: 'sent' | 'received') => async (scene: Scene) => {
  const { lab, active, instance } = scene
  const lose = (isLost: boolean) => lab.machine(active).lose(instance.interface, way, isLost)
  await lose(true)
  try {
    await untilOwner(scene, scene.backup, MOVE_TIMEOUT_MS)
    await sleep(2_000)
  } finally {
    await lose(false)
  }
}

// Some pings of the connectivity group, two reports, and the handover.
const reachLimit = ({ config }: Scene) => {
  const [group] = config.connectivity ?? []
  return 5 * ((group?.interval_ms ?? 0) + (group?.timeout_ms ?? 0)) + 2_000 + EMULATION_MS
}

/** Faults of the networks between the nodes and of what is around them. */
export const linkCases: readonly LabCase[] = [
  {
    ...{ name: 'link', row: 5, title: 'the active node loses a link that carries VIPs' },
    lacks: needsHeartbeat,
    async act(scene) {
      const { lab, active, instance } = scene
      await lab.cut(active, instance.interface)
      try {
        await untilOwner(scene, scene.backup, MOVE_TIMEOUT_MS)
        await sleep(2_000)
      } finally {
        await lab.plug(active, instance.interface)
      }
    },
    ...{ owner: 'moves', outage_max_ms: () => 100 + EMULATION_MS },
  },
  {
    ...{ name: 'front-sends-nothing', row: 6 },
    title: 'what the active node sends on the VIP’s network is lost',
    lacks: needsConnectivity,
    act: lossOf('sent'),
    ...{ owner: 'moves', outage_max_ms: reachLimit },
  },
  {
    ...{ name: 'front-hears-nothing', row: 7 },
    title: 'what comes to the active node on the VIP’s network is lost',
    lacks: needsConnectivity,
    act: lossOf('received'),
    ...{ owner: 'moves', outage_max_ms: reachLimit },
  },
  {
    ...{ name: 'adverts-blocked', row: 14, title: 'a switch passes no multicast on' },
    lacks: needsHeartbeat,
    async act(scene) {
      await blockMulticast(scene, true)
      try {
        await sleep(holdOf(scene))
      } finally {
        await blockMulticast(scene, false)
      }
    },
    ...{ owner: 'stays', outage_max_ms: none },
  },
  {
    ...{ name: 'only-the-line', row: 15 },
    title: 'nothing but the serial line is left between the nodes',
    lacks: needsLine,
    async act(scene) {
      await blockMulticast(scene, true)
      try {
        await cutOthers(scene, scene.active, true)
        await sleep(holdOf(scene))
      } finally {
        await cutOthers(scene, scene.active, false)
        await blockMulticast(scene, false)
      }
    },
    ...{ owner: 'stays', outage_max_ms: none },
  },
  {
    ...{ name: 'only-vrrp', row: 16, title: 'every path of the heartbeat is cut, adverts are not' },
    lacks: needsLine,
    async act(scene) {
      scene.lab.serial.setFault({ cut: true })
      try {
        await cutOthers(scene, scene.active, true)
        await sleep(holdOf(scene))
      } finally {
        await cutOthers(scene, scene.active, false)
        scene.lab.serial.setFault({})
      }
    },
    ...{ owner: 'stays', outage_max_ms: none },
  },
]
