/** RFC 9568 section 6.4: a timer fires. L1 and L2 are ours: a late loop decides nothing. */

import { after, between, type Instant, isDue } from '../units.ts'
import { always, ignore, type Router, type Rules } from './router.ts'
import { activeDownInterval, skewTime } from './timers.ts'

export const onTimer: Rules<undefined> = {
  initialize: [{ id: 'S0', rfc: '6.4.1', when: always, act: ignore, moves: [] }],
  backup: [
    {
      // Adverts may lie unread in the socket: read them before believing the silence.
      id: 'L2',
      rfc: 'none',
      when: (router, _, at) => lateness(router.downAt, at) > router.interval / 2,
      act(router, _, at) {
        router.downAt = after(at, skewTime(router.priority, router.interval, router.version))
      },
      moves: [],
    },
    {
      id: 'B3',
      rfc: '6.4.2',
      when: (router, _, at) => router.downAt !== undefined && isDue(router.downAt, at),
      act(router) {
        router.downAt = undefined
      },
      moves: ['take'],
    },
    { id: 'B0', rfc: '6.4.2', when: always, act: ignore, moves: [] },
  ],
  active: [
    {
      // Three intervals after our last advert the peer may have taken over.
      id: 'L1',
      rfc: 'none',
      when: (router, _, at) => lateness(router.advertAt, at) >= 2 * router.own_interval,
      act(router, _, at) {
        const { priority, interval, version } = router
        router.advertAt = undefined
        router.downAt = after(at, activeDownInterval(priority, interval, version))
      },
      moves: ['stalled'],
    },
    {
      id: 'A3',
      rfc: '6.4.3',
      when: (router, _, at) => router.advertAt !== undefined && isDue(router.advertAt, at),
      act(router, _, at) {
        router.advertAt = nextAdvert(router, at)
      },
      moves: ['advertise'],
    },
    { id: 'A0', rfc: '6.4.3', when: always, act: ignore, moves: [] },
  ],
}

const lateness = (due: Instant | undefined, at: Instant) =>
  due === undefined ? 0 : between(due, at)

// From the deadline, not from now: a late wake must not slow the rhythm down.
function nextAdvert(router: Router, at: Instant): Instant {
  const next = after(router.advertAt ?? at, router.own_interval)
  return isDue(next, at) ? after(at, router.own_interval) : next
}
