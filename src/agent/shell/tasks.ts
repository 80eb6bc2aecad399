import { advance, type KernelPort } from '../kernel/run.ts'
import type { Failure, Talk } from '../kernel/talk.ts'

/** Each is one exchange with the kernel, some tens of microseconds. */
const STEPS_A_TURN_MAX = 64
const WAITING_MAX = 64

/** Long talks with the kernel, one after the other, cut over the turns of the loop. */
export interface Tasks {
  /** False: too many are waiting, nothing was taken. */
  add<T>(talk: Talk<T>, ended: (value: T) => void, failed: (failure: Failure) => void): boolean
  /** Does a turn's share. */
  work(): void
  /** There is more to do, if only what the end of the last task has added. */
  readonly hasWork: () => boolean
}

/** Several kinds of long work, each with its own share of a turn. */
export const joinWork = (parts: readonly Pick<Tasks, 'work' | 'hasWork'>[]) => ({
  work: () => {
    for (const part of parts) part.work()
  },
  hasWork: () => parts.some(part => part.hasWork()),
})

/** Tasks whose talks are held through `port`, so many steps in a turn. */
export function openTasks(port: KernelPort, stepsMax = STEPS_A_TURN_MAX): Tasks {
  const waiting: (() => boolean)[] = []
  return {
    add(talk, ended, failed) {
      if (waiting.length >= WAITING_MAX) return false
      let rest = talk
      waiting.push(() => {
        rest = advance(rest, port, stepsMax)
        if (rest.kind === 'done') ended(rest.value)
        else if (rest.kind === 'failed') failed(rest.failure)
        else return false
        return true
      })
      return true
    },
    work() {
      const first = waiting[0]
      if (first?.() === true) waiting.splice(waiting.indexOf(first), 1)
    },
    hasWork: () => waiting.length > 0,
  }
}
