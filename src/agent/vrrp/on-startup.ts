/** RFC 9568 section 6.4.1: Startup; and the role changes that its other rules lead to. */

import { after, type Instant } from '../units.ts'
import { always, ignore, type Router, type Rules } from './router.ts'
import { activeDownInterval } from './timers.ts'

export const onStartup: Rules<undefined> = {
  initialize: [
    {
      id: 'S1',
      rfc: '6.4.1',
      when: router => router.priority === 255,
      act: ignore,
      moves: ['take'],
    },
    {
      id: 'S2',
      rfc: '6.4.1',
      when: always,
      act(router, _, at) {
        Object.assign(router, asBackup(router, at))
      },
      moves: [],
    },
  ],
  backup: [{ id: 'B0', rfc: '6.4.2', when: always, act: ignore, moves: [] }],
  active: [{ id: 'A0', rfc: '6.4.3', when: always, act: ignore, moves: [] }],
}

/** Startup of a router that does not own the addresses: it listens, by its own interval. */
export function asBackup(router: Router, at: Instant): Router {
  return {
    ...router,
    role: 'backup',
    interval: router.own_interval,
    advertAt: undefined,
    downAt: after(at, activeDownInterval(router.priority, router.own_interval, router.version)),
  }
}

/** B3 and S1. The Adver_Timer starts with the first advert, once the VIPs are seen to be open. */
export const asActive = (router: Router): Router => ({
  ...router,
  role: 'active',
  downAt: undefined,
  advertAt: undefined,
})

/** A5 and L1 have set the timers; the other members of the group listen anew. */
export function asYielded(router: Router, at: Instant): Router {
  return {
    ...router,
    role: 'backup',
    advertAt: undefined,
    downAt:
      router.downAt ??
      after(at, activeDownInterval(router.priority, router.interval, router.version)),
  }
}

/** B2 and A2, Shutdown: every timer is cancelled. */
export const asInitialize = (router: Router): Router => ({
  ...router,
  role: 'initialize',
  downAt: undefined,
  advertAt: undefined,
})
