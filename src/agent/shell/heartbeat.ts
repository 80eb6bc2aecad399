import type { HeartbeatPath, NodeConfig } from '../../model/node-config.ts'
import type { Effect, InterfaceName } from '../machine.ts'
import { never } from '../never.ts'
import { earlier, type Instant } from '../units.ts'
import type { Link } from '../wire/netlink-link.ts'
import { openPings } from './echo.ts'
import { openFence } from './fence.ts'
import type { Timed } from './loop.ts'
import { openPath, type Path, type Port } from './path.ts'
import type { Watcher } from './poll.ts'
import { serialPort } from './serial-port.ts'
import { udpPort } from './udp-port.ts'
import type { Happening } from './world.ts'

/** The paths of the heartbeat, the ping sockets, and the fencing hook. */
export interface Heartbeat extends Timed {
  perform(effect: Effect & { readonly kind: 'beat' | 'ping' | 'fence' }): void
}

/** Opens what there is of them; the others are tried again. */
export function openHeartbeat(
  config: NodeConfig,
  links: ReadonlyMap<InterfaceName, Link>,
  watcher: Watcher,
  happen: (happening: Happening) => void,
): Heartbeat {
  const paths = (config.heartbeat?.paths ?? []).flatMap((path): readonly Path[] => {
    const port = portOf(path, config, links)
    const { name } = path
    const ends = {
      heard: (bytes: Uint8Array) => happen({ kind: 'heard', path: name, bytes }),
      changed: (event: object) => happen({ kind: 'path', path: name, ...event } as Happening),
    }
    return port === undefined ? [] : [openPath(name, port, watcher, ends)]
  })
  const pings = openPings(links, watcher, (target, sequence) =>
    happen({ kind: 'pong', target, sequence }),
  )
  const fence = openFence(config.arbitration?.fencing, watcher, (ticket, errno) =>
    happen({ kind: 'done', ticket, errno }),
  )
  return {
    perform(effect) {
      switch (effect.kind) {
        case 'beat':
          paths.find(({ name }) => name === effect.path)?.beat(effect.bytes)
          break
        case 'ping':
          pings.send(effect)
          break
        case 'fence':
          fence.run(effect)
          break
        default:
          never(effect)
      }
    },
    expire(at) {
      for (const path of paths) path.expire(at)
      fence.expire(at)
    },
    nextDeadline() {
      let next: Instant | undefined = fence.nextDeadline()
      for (const path of paths) {
        const at = path.nextDeadline()
        next = next === undefined ? at : earlier(next, at)
      }
      return next
    },
  }
}

function portOf(
  path: HeartbeatPath,
  { serial }: NodeConfig,
  links: ReadonlyMap<InterfaceName, Link>,
): Port | undefined {
  if (path.kind === 'udp') return udpPort(path, links.get(path.interface ?? ''))
  return serial.heartbeat === undefined ? undefined : serialPort(serial.heartbeat)
}
