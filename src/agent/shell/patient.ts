import { advance, type KernelPort } from '../kernel/run.ts'
import type { Failure, Talk } from '../kernel/talk.ts'
import { instant } from '../units.ts'

// One that makes or removes a device may wait a tenth of a second for the kernel's lock.
const STEPS_A_TURN = 4

/**
 * Does a whole talk before the loop runs. The host allows a turn a few seconds, and a slow machine
 * with many VIPs may need more: so it is cut into turns.
 */
export function converseInTurns<T>(
  talk: Talk<T>,
  port: KernelPort,
  onFailure: (failure: Failure) => T,
): T {
  const ready = new Int32Array(2)
  for (let rest = talk; ; ) {
    rest = advance(rest, port, STEPS_A_TURN)
    if (rest.kind === 'done') return rest.value
    if (rest.kind === 'failed') return onFailure(rest.failure)
    host.wait(instant(0), ready)
  }
}
