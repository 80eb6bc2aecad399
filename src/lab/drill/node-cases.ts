import { setTimeout as sleep } from 'node:timers/promises'
import { bootDirector, LISTENING } from '../wait.ts'
import type { LabCase } from './case.ts'
import { deathLimit, EMULATION_MS, type Scene, shell, until, untilOwner } from './scene.ts'

const SECOND_MS = 1_000
// A node that returns waits and listens before it says anything.
const RETURN_MS = 2 * SECOND_MS
const BOOT_TIMEOUT_MS = 120 * SECOND_MS
// Longer than Active_Down_Interval at one advert a second, and than the supervisor waits.
const STALL_MS = 6 * SECOND_MS

const byDeath = async (scene: Scene) => {
  await untilOwner(scene, scene.backup, deathLimit(scene) + 20 * SECOND_MS)
  await sleep(SECOND_MS)
}

/** Waits until a machine that restarts by itself listens again. */
async function returns({ lab }: Scene, node: string, from: number): Promise<void> {
  const { transcript, shell: console } = lab.machine(node).console
  await transcript.waitFor(LISTENING, BOOT_TIMEOUT_MS, from)
  console.reset()
}

const mark = ({ lab, active }: Scene) => lab.machine(active).console.transcript.mark()

/** Faults of a node: it dies, hangs, is stopped, returns. */
export const nodeCases: readonly LabCase[] = [
  {
    ...{ name: 'power', row: 1, title: 'the active node loses power', leavesOff: true },
    async act(scene) {
      await scene.lab.machine(scene.active).kill()
      await byDeath(scene)
    },
    ...{ owner: 'moves', outage_max_ms: deathLimit },
  },
  {
    ...{ name: 'returns', row: 29, title: 'a node that had no power returns' },
    beginsOff: true,
    async act({ lab, backup }) {
      if (lab.machine(backup).isOn()) await lab.machine(backup).kill()
      await bootDirector(lab, backup)
      await sleep(RETURN_MS)
    },
    ...{ owner: 'stays', outage_max_ms: () => EMULATION_MS },
  },
  {
    ...{ name: 'stop', row: 2, title: 'the active node is restarted in order' },
    async act(scene) {
      const from = mark(scene)
      // The shell dies with the system and never gives the command's end.
      void shell(scene, scene.active, 'reboot').catch(() => undefined)
      await byDeath(scene)
      await returns(scene, scene.active, from)
      await sleep(RETURN_MS)
    },
    // Skew_Time is below an interval: far from the time after which a silent node is dead.
    owner: 'moves',
    outage_max_ms: ({ instance }) => instance.advert_interval_ms + SECOND_MS,
  },
  {
    ...{ name: 'agent-killed', row: 3, title: 'the agent of the active node is killed' },
    async act(scene) {
      await shell(scene, scene.active, 'kill -9 $(pidof directord)')
      await byDeath(scene)
    },
    ...{ owner: 'moves', outage_max_ms: deathLimit },
  },
  {
    ...{ name: 'panic', row: 4, title: 'the kernel of the active node panics' },
    async act(scene) {
      const from = mark(scene)
      void shell(scene, scene.active, 'echo c >/proc/sysrq-trigger').catch(() => undefined)
      await byDeath(scene)
      await returns(scene, scene.active, from)
      await sleep(RETURN_MS)
    },
    ...{ owner: 'moves', outage_max_ms: deathLimit },
  },
  {
    ...{ name: 'stall', row: 22, title: 'the agent of the active node stalls for six seconds' },
    async act(scene) {
      // The supervisor is a process of the same program.
      const find =
        'for i in $(pidof directord); do grep -q supervisor /proc/$i/cmdline || p=$i; done'
      const stall = `${find}; kill -STOP $p; sleep ${STALL_MS / SECOND_MS}; kill -CONT $p`
      await shell(scene, scene.active, `( ${stall} ) >/dev/null 2>&1 &`)
      await byDeath(scene)
      await sleep(STALL_MS)
    },
    ...{ owner: 'moves', outage_max_ms: deathLimit },
  },
  {
    ...{ name: 'frozen', row: 22, title: 'the active machine is frozen for six seconds' },
    async act(scene) {
      const machine = scene.lab.machine(scene.active)
      machine.freeze(true)
      try {
        await byDeath(scene)
        await sleep(STALL_MS - SECOND_MS)
      } finally {
        machine.freeze(false)
      }
      await sleep(3 * SECOND_MS)
    },
    ...{ owner: 'moves', outage_max_ms: deathLimit },
    exception: {
      overlap_max_ms: 1_000,
      why: 'its kernel answers what had waited in the card until the agent has closed the VIPs',
    },
  },
  {
    ...{ name: 'clock', row: 24, title: 'the clock of the active node is set, forth and back' },
    async act(scene) {
      const set = (step: string) =>
        shell(scene, scene.active, `date -s @$(($(date +%s) ${step})) >/dev/null`)
      await set('+ 3600')
      await sleep(3 * SECOND_MS)
      await set('- 7200')
      await sleep(3 * SECOND_MS)
      await set('+ 3600')
    },
    ...{ owner: 'stays', outage_max_ms: () => EMULATION_MS },
  },
  {
    ...{ name: 'arp-setting', row: 51, title: 'somebody sets the backup’s arp_ignore back to 0' },
    async act(scene) {
      const { backup, instance } = scene
      const file = `/proc/sys/net/ipv4/conf/${instance.interface}/arp_ignore`
      const read = async () => (await shell(scene, backup, `cat ${file}`)).output.trim()
      await shell(scene, backup, `echo 0 >${file}`)
      await until('arp_ignore is 1 again', 60 * SECOND_MS, async () => (await read()) === '1')
    },
    ...{ owner: 'stays', outage_max_ms: () => EMULATION_MS },
  },
]
