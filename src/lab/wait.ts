import { setTimeout as sleep } from 'node:timers/promises'
import type { Steps } from '../kit/steps.ts'
import type { Lab } from './lab.ts'
import { labProblem } from './lab-problem.ts'
import type { StartChange } from './machine.ts'
import type { Owner } from './owners.ts'

/** What directord says on the console once it can answer the network. */
export const LISTENING = 'directord: listening'

const LISTENING_OR_REFUSED = /directord: listening|director: this node does not serve/
// UEFI in emulation, from the network, on a machine with more to do.
const BOOT_TIMEOUT_MS = 240_000
const SERVED_TIMEOUT_MS = 60_000
const PROBE_RATE = 4
// So long that a first packet which waits for ARP still finds its sender: what nobody waits for any
// more stays a half-open connection in IPVS for a minute, and weighs.
const PROBE_TIMEOUT_MS = 5_000
const POLL_MS = 50

/** Switches all directors on and waits until each says that it listens. */
export async function bootDirectors(lab: Lab, steps: Steps): Promise<void> {
  const names = lab.plan.directors.map(({ name }) => name)
  await steps.run(`boot ${names.join(' and ')}`, async step => {
    let count = 0
    await Promise.all(
      names.map(async name => {
        await bootDirector(lab, name)
        count += 1
        step.progress(`${count}/${names.length}`)
      }),
    )
  })
}

/** Switches one director on and waits until it listens. */
export async function bootDirector(
  lab: Lab,
  name: string,
  change: StartChange = {},
): Promise<void> {
  const machine = lab.machine(name)
  const from = machine.console.transcript.mark()
  await machine.start(change)
  const { transcript } = machine.console
  const { match } = await transcript.waitFor(LISTENING_OR_REFUSED, BOOT_TIMEOUT_MS, from)
  if (match[0] === LISTENING) return
  // The reason stands before it and what to do behind it.
  await transcript.waitFor('to do:', BOOT_TIMEOUT_MS, from)
  const said = transcript.text().slice(-2_000)
  throw labProblem('lab_refused', `${name} refuses to serve; its console said:`, said)
}

/** Sends requests until one is answered. */
export async function waitUntilServed(lab: Lab, timeout_ms = SERVED_TIMEOUT_MS): Promise<void> {
  const load = lab.load({
    ...{ rate: PROBE_RATE, seconds: timeout_ms / 1_000 },
    timeout_ms: PROBE_TIMEOUT_MS,
  })
  let isOver = false
  void load.finished.then(
    () => {
      isOver = true
    },
    () => {
      isOver = true
    },
  )
  while (!isOver) {
    if (load.records.some(({ error }) => error === undefined)) {
      load.stop()
      await load.finished
      return
    }
    await sleep(POLL_MS)
  }
  const { errors } = await load.finished
  const what = `${lab.target.host} was not served within ${timeout_ms} ms`
  throw labProblem('lab_not_served', what, JSON.stringify(errors))
}

/** Asks who has an address until exactly one answers. */
export async function waitForOwner(
  lab: Lab,
  address: string,
  timeout_ms = SERVED_TIMEOUT_MS,
): Promise<Owner> {
  const deadline = Date.now() + timeout_ms
  let owners: readonly Owner[] = []
  while (Date.now() < deadline) {
    owners = await lab.owners(address)
    const [owner] = owners
    if (owner !== undefined && owners.length === 1) return owner
  }
  const found = owners.map(({ node, mac }) => `${node} ${mac}`).join(', ')
  const what = `${address} has ${owners.length} owners after ${timeout_ms} ms`
  throw labProblem('lab_owners', what, found || 'nobody answers')
}
