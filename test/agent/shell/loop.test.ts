import test from 'ava'
import type { Effect, Event, Machine } from '../../../src/agent/machine.ts'
import { type LongWork, type Loop, openLoop } from '../../../src/agent/shell/loop.ts'
import type { Poll } from '../../../src/agent/shell/poll.ts'
import { instant, microseconds } from '../../../src/agent/units.ts'
import { putHost } from '../../support/fake-host.ts'

/** A machine that notes what it sees; `answers` gives the effects of an event. */
function recorder(answers: (event: Event) => readonly Effect[], deadlines: (number | undefined)[]) {
  const seen: string[] = []
  const machine: Machine<undefined> = {
    step(state, event) {
      seen.push(`${event.at} ${event.kind}${'ticket' in event ? ` ${event.ticket}` : ''}`)
      if (event.kind === 'wake') deadlines.shift()
      return [state, answers(event)]
    },
    nextDeadline: () => {
      const at = deadlines[0]
      return at === undefined ? undefined : { at: instant(at), timer: 'test', subject: '' }
    },
  }
  return { machine, seen }
}

const idle: LongWork = { work: () => undefined, hasWork: () => false }
const quiet: Poll = { watch: () => undefined, forget: () => undefined, turn: () => undefined }

const each = (act: (effect: Effect) => void) => (effects: readonly Effect[]) => {
  for (const effect of effects) act(effect)
}

/** A loop over this machine that the `exit` effect ends. */
function loopOf(machine: Machine<undefined>, poll: Poll): Loop {
  const loop = openLoop(machine, undefined, {
    poll,
    timed: [],
    tasks: idle,
    perform: each(effect => {
      if (effect.kind === 'exit') loop.end(effect.code)
    }),
  })
  return loop
}

const ADVERT = { kind: 'advert', interface: 'front', packet: new Uint8Array(0) } as const

/** A machine that ends the loop when its only deadline, 100 us, is acted on. */
const endingAtWake = () =>
  recorder(event => (event.kind === 'wake' ? [{ kind: 'exit', code: 3 }] : []), [100])

test.serial('what has arrived is heard before a deadline that has passed is acted on', t => {
  const fake = putHost({})
  const { machine, seen } = endingAtWake()
  const waits: number[] = []
  const poll: Poll = {
    ...quiet,
    turn(until) {
      waits.push(until)
      fake.at = 500
      loop.happen(ADVERT)
    },
  }
  const loop = loopOf(machine, poll)
  t.is(loop.run([]), 3)
  t.deepEqual(waits, [100])
  t.deepEqual(seen, ['500 advert', '500 wake'])
})

test.serial('a stop that ends the wait with nothing read is followed by another look', t => {
  const fake = putHost({})
  const { machine, seen } = endingAtWake()
  const waits: number[] = []
  const poll: Poll = {
    ...quiet,
    turn(until) {
      waits.push(until)
      // SIGSTOP, then SIGCONT: the wait is interrupted; the advert is there only now.
      if (waits.length === 1) fake.at = 270_000
      else loop.happen(ADVERT)
    },
  }
  const loop = loopOf(machine, poll)
  t.is(loop.run([]), 3)
  t.deepEqual(waits, [100, 0])
  t.deepEqual(seen, ['270000 advert', '270000 wake'])
})

test.serial('the core hears that its VIPs were closed before anything that came meanwhile', t => {
  const silences = [0, 1_500_000]
  const fake = putHost({ stalled: () => microseconds(silences.shift() ?? 0) })
  const { machine, seen } = endingAtWake()
  const poll: Poll = {
    ...quiet,
    turn() {
      fake.at = 100
      loop.happen(ADVERT)
    },
  }
  const loop = loopOf(machine, poll)
  loop.happen({ kind: 'link', interface: 'front', up: true, mac: '' })
  t.is(loop.run([]), 3)
  t.deepEqual(seen, ['0 link', '100 stalled', '100 advert', '100 wake'])
})

test.serial('an answer comes after the events before it, in the same turn', t => {
  putHost({})
  const { machine, seen } = recorder(event => {
    if (event.kind === 'stop') return [{ kind: 'exit', code: 0 }]
    return event.kind === 'done' && event.ticket === 1 ? [{ kind: 'ipvs_read', ticket: 9 }] : []
  }, [])
  const loop = openLoop(machine, undefined, {
    poll: quiet,
    timed: [],
    tasks: idle,
    perform: each(effect => {
      if (effect.kind === 'ipvs_read') loop.happen({ kind: 'done', ticket: 9, errno: 0 })
      if (effect.kind === 'exit') loop.end(effect.code)
    }),
  })
  loop.happen({ kind: 'done', ticket: 1, errno: 0 })
  loop.happen({ kind: 'done', ticket: 2, errno: 0 })
  loop.happen({ kind: 'stop' })
  t.is(loop.run([]), 0)
  t.deepEqual(seen, ['0 done 1', '0 done 2', '0 stop', '0 done 9'])
})

test.serial(
  'the loop sleeps until the first deadline of all, and not at all while work is left',
  t => {
    putHost({})
    const { machine } = recorder(() => [], [700])
    const waits: number[] = []
    let left = 2
    const loop = openLoop(machine, undefined, {
      poll: {
        ...quiet,
        turn(until) {
          waits.push(until)
          if (waits.length === 3) loop.end(0)
        },
      },
      timed: [{ expire: () => undefined, nextDeadline: () => instant(300) }],
      tasks: { work: () => (left -= 1), hasWork: () => left > 0 },
      perform: () => undefined,
    })
    t.is(loop.run([]), 0)
    t.deepEqual(waits, [0, 300, 300])
  },
)

test.serial('work that the events of a turn bring is done without a sleep', t => {
  putHost({})
  // As the answer to a change of the table leads to its being read back.
  const { machine } = recorder(
    event => (event.kind === 'done' ? [{ kind: 'ipvs_read', ticket: 1 }] : []),
    [700],
  )
  const waits: number[] = []
  const work: string[] = ['apply']
  const loop = openLoop(machine, undefined, {
    poll: {
      ...quiet,
      turn(until) {
        waits.push(until)
        if (waits.length === 2) loop.end(0)
      },
    },
    timed: [],
    tasks: {
      work() {
        if (work.shift() === 'apply') loop.happen({ kind: 'done', ticket: 1, errno: 0 })
      },
      hasWork: () => work.length > 0,
    },
    perform: each(() => {
      work.push('read')
    }),
  })
  t.is(loop.run([]), 0)
  t.deepEqual(waits, [0, 700])
})

test.serial('answers that chase each other for ever are our own fault', t => {
  putHost({})
  const { machine } = recorder(() => [{ kind: 'ipvs_read', ticket: 1 }], [])
  const loop = openLoop(machine, undefined, {
    poll: quiet,
    timed: [],
    tasks: idle,
    perform: () => loop.happen({ kind: 'done', ticket: 1, errno: 0 }),
  })
  loop.happen({ kind: 'stop' })
  t.throws(() => loop.run([]), { message: /a turn comes to its end/ })
})
