import type { Effect, Event, Machine } from '../machine.ts'
import { assert } from '../never.ts'
import {
  after,
  earlier,
  type Instant,
  instant,
  isDue,
  microseconds,
  milliseconds,
} from '../units.ts'
import type { Poll } from './poll.ts'
import type { Happening } from './world.ts'

/** More events than any turn can bring: past it, effects and answers chase each other. */
const EVENTS_A_TURN_MAX = 100_000
const NEVER = instant(Number.MAX_SAFE_INTEGER)
/** A wait that ends later than this after a deadline was not the wait: the process was stopped. */
const LATE_MAX = milliseconds(1)

/** What has deadlines of its own beside the core: probes, control clients. */
export interface Timed {
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
}

/** Work that is cut over turns. An event may add to it at any time. */
export interface LongWork {
  /** Does a turn's share. */
  work(): void
  readonly hasWork: () => boolean
}

export interface Loop {
  /** An event for the core; taken in this turn, after those that came before it. */
  happen(happening: Happening): void
  /** Ends the loop. */
  end(code: number): void
  run(effects: readonly Effect[]): number
}

/**
 * The event loop: waits, reads what came, then lets the core look at its deadlines.
 *
 * What has arrived is read before a deadline is acted on, so that an agent which was stopped for
 * a while hears the adverts that wait for it before it believes that the peer is silent. A stop in
 * the wait itself, or after it, ends with nothing read: then there is another look.
 */
export function openLoop<State>(
  machine: Machine<State>,
  initial: State,
  parts: {
    readonly poll: Poll
    readonly timed: readonly Timed[]
    readonly tasks: LongWork
    readonly perform: (effects: readonly Effect[], at: Instant) => void
  },
): Loop {
  const { poll, timed, tasks, perform } = parts
  const core = openCore(machine, initial, perform)
  let exitCode: number | undefined

  const nextWake = (): Instant => {
    if (tasks.hasWork() || !core.isIdle()) return instant(0)
    let next = core.deadline() ?? NEVER
    for (const each of timed) next = earlier(next, each.nextDeadline() ?? NEVER)
    return next
  }

  const turn = (until: Instant) => {
    poll.turn(until)
    core.noticeStall()
    const at = host.now()
    for (const each of timed) each.expire(at)
    core.takeAll()
    tasks.work()
    core.takeAll()
  }

  const isDeadline = (at: Instant) => isDue(core.deadline() ?? NEVER, at)

  return {
    happen: core.happen,
    end(code) {
      exitCode = code
    },
    run(effects) {
      perform(effects, host.now())
      core.takeAll()
      tasks.work()
      while (exitCode === undefined) {
        turn(nextWake())
        if (isDeadline(after(host.now(), microseconds(-LATE_MAX)))) turn(instant(0))
        if (isDeadline(host.now())) core.take({ kind: 'wake' })
        core.takeAll()
      }
      return exitCode
    },
  }
}

/** The core with the events that wait for it. */
function openCore<State>(
  machine: Machine<State>,
  initial: State,
  perform: (effects: readonly Effect[], at: Instant) => void,
) {
  let state = initial
  // Of this state; looked up again after the next step.
  let next: { readonly at: Instant } | undefined | 'unknown' = 'unknown'
  const events: Happening[] = []

  const step = (happening: Happening) => {
    const at = host.now()
    const stepped = machine.step(state, { ...happening, at } as Event)
    const effects = stepped[1]
    state = stepped[0]
    next = 'unknown'
    if (effects.length > 0) perform(effects, at)
  }
  // Whatever else has happened: the core hears first that its VIPs are closed.
  const noticeStall = () => {
    const silent = host.stalled()
    if (silent > 0) step({ kind: 'stalled', silent })
  }
  const take = (happening: Happening) => {
    noticeStall()
    step(happening)
  }
  return {
    take,
    noticeStall,
    takeAll() {
      let taken = 0
      for (let at = 0; at < events.length; at += 1) {
        const happening = events[at]
        if (happening !== undefined) take(happening)
        taken += 1
        assert(taken < EVENTS_A_TURN_MAX, 'a turn comes to its end')
      }
      events.length = 0
    },
    happen(happening: Happening) {
      events.push(happening)
    },
    isIdle: () => events.length === 0,
    deadline() {
      if (next === 'unknown') next = machine.nextDeadline(state)
      return next?.at
    },
  }
}
