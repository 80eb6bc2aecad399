import { item } from '../never.ts'
import type { Turn } from '../state.ts'
import type { InstanceState } from './state.ts'

/** Sends the advertisement, but never for VIPs that the kernel was not seen to have opened. */
export function sendAdvert(turn: Turn, instance: InstanceState): void {
  const { frames, vips } = instance
  if (frames === undefined || vips.is !== 'open') return
  instance.counters.adverts_sent += 1
  turn.effects.push(frames.advert)
}

/** Sends the priority 0 that is owed, once the VIPs are seen to be closed. */
export function sendRelease(turn: Turn, instance: InstanceState): void {
  instance.owesRelease = false
  const { up } = item(turn.state.interfaces, instance.interface)
  if (instance.frames === undefined || up !== true) return
  instance.counters.priority_zero_sent += 1
  turn.effects.push(instance.frames.release)
}
