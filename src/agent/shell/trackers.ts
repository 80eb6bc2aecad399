import type { NodeConfig, TrackConfig } from '../../model/node-config.ts'
import type { NetworkView } from '../kernel/network-view.ts'
import { after, earlier, type Instant, isDue, milliseconds } from '../units.ts'
import { decodeIpv4 } from '../wire/text-address.ts'
import { readNumber } from './files.ts'
import type { Watcher } from './poll.ts'
import { openScript, type Script } from './script.ts'
import type { Happening } from './world.ts'

/** What a file without a number says, as one that cannot be read: something is wrong. */
const UNREADABLE = 1
/** As long as nothing says otherwise, a number counts for no more. */
const NUMBER_MAX = 255

/** What the groups track, as far as the shell looks at it. */
export interface Trackers {
  /** The kernel said something new of links and addresses. */
  look(view: NetworkView): void
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
}

interface Entry {
  readonly track: TrackConfig
  readonly tell: (down: number) => void
}

/** Addresses are looked at whenever the kernel speaks; scripts run and files are read in turn. */
export function openTrackers(
  config: NodeConfig,
  watcher: Watcher,
  happen: (happening: Happening) => void,
): Trackers {
  const entries: readonly Entry[] = config.vrrp.groups.flatMap(group =>
    (group.track ?? []).map((track, index) => ({
      track,
      tell: (down: number) => happen({ kind: 'tracked', group: group.name, index, down }),
    })),
  )
  const of = (kind: TrackConfig['kind']) => entries.filter(({ track }) => track.kind === kind)
  const addresses = of('address')
  const timed = [
    ...of('script').map(({ track, tell }) => openScript(scriptOf(track), watcher, tell)),
    ...of('file').map(openFile),
  ]
  return {
    look(view) {
      if (addresses.length === 0) return
      const present = new Set<string>()
      for (const known of view.addresses.values()) {
        for (const { address } of known.values()) present.add(decodeIpv4(address))
      }
      for (const { track, tell } of addresses) tell(present.has(track.subject) ? 0 : 1)
    },
    expire(at) {
      for (const each of timed) each.expire(at)
    },
    nextDeadline() {
      let next: Instant | undefined
      for (const each of timed) {
        const at = each.nextDeadline()
        if (at !== undefined) next = next === undefined ? at : earlier(next, at)
      }
      return next
    },
  }
}

const scriptOf = ({ subject, interval_ms = 1_000, timeout_ms = interval_ms }: TrackConfig) => ({
  path: subject,
  interval: milliseconds(interval_ms),
  timeout: milliseconds(timeout_ms),
})

function openFile({ track, tell }: Entry): Script {
  let nextAt = host.now()
  return {
    expire(at) {
      if (!isDue(nextAt, at)) return
      nextAt = after(at, milliseconds(track.interval_ms ?? 1_000))
      tell(Math.min(readNumber(track.subject) ?? UNREADABLE, NUMBER_MAX))
    },
    nextDeadline: () => nextAt,
  }
}
