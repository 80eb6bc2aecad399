/** How the process of a simulated node ends, stalls and goes on, and what its supervisor does. */

import { silenceMax } from '../agent/silence.ts'
import { after, microseconds } from '../agent/units.ts'
import { deliver, localTime, NOT_YET, run, type SimNode } from './node.ts'

/** Ends the process without a word; the kernel keeps what it holds. */
export function killProcess(node: SimNode): void {
  node.life += 1
  node.state = undefined
  node.wakeAt = undefined
}

/** Ends the process by a signal: its supervisor closes every VIP at once. */
export function crashProcess(node: SimNode): void {
  if (node.state === undefined) return
  const { life } = node
  killProcess(node)
  if (!node.supervised) return
  node.closedLife = life
  closeEverything(node)
}

/** The process does not run for a while. Its supervisor waits half of Active_Down for it. */
export function stallProcess(node: SimNode): void {
  if (node.state === undefined || node.stalled) return
  node.stalled = true
  const { life, kernel } = node
  const limit = silenceMax(node.config)
  const since = node.queue.now()
  const isSame = () => node.life === life && node.kernel === kernel && node.stalled
  node.stalls += 1
  const stall = node.stalls
  node.queue.plan(after(since, limit), () => {
    if (!isSame() || node.stalls !== stall || kernel.open.size === 0) return
    if (!node.supervised) return
    node.silent = limit
    closeEverything(node)
  })
}

function closeEverything(node: SimNode): void {
  node.kernel.open.clear()
  node.watch.onOwnership(node)
}

/**
 * The process goes on: it hears first that its VIPs were closed. Then it looks at its timer, or, at
 * every other time, reads what came in, as the agent's own loop does where it can
 * (agent/shell/loop.ts).
 */
export function resumeProcess(node: SimNode): void {
  node.stalled = false
  const backlog = node.backlog.splice(0)
  const { silent } = node
  node.silent = microseconds(0)
  if (silent > 0) run(node, { kind: 'stalled', silent, at: NOT_YET })
  const look = () => {
    if (node.wakeAt === undefined || node.wakeAt > localTime(node)) return
    run(node, { kind: 'wake', at: NOT_YET })
  }
  const looksFirst = node.stalls % 2 === 1
  if (looksFirst) look()
  for (const event of backlog) deliver(node, event)
  if (!looksFirst) look()
}
