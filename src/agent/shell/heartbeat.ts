import type { Effect } from '../machine.ts'
import { never } from '../never.ts'
import type { Happening } from './world.ts'

const ENOSYS = 38

/** The ports of the heartbeat, the ping sockets, and the fencing hook. */
export interface Heartbeat {
  perform(effect: Effect & { readonly kind: 'beat' | 'ping' | 'fence' }): void
}

/** No port is open yet: what is sent is lost, and there is nobody who fences. */
export function openHeartbeat(happen: (happening: Happening) => void): Heartbeat {
  return {
    perform(effect) {
      switch (effect.kind) {
        case 'beat':
        case 'ping':
          break
        case 'fence':
          happen({ kind: 'done', ticket: effect.ticket, errno: ENOSYS })
          break
        default:
          never(effect)
      }
    },
  }
}
