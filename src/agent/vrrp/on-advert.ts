/** RFC 9568 section 6.4: an ADVERTISEMENT is received (errata 7947, 7949, 8298 to 8301). */

import { after, type Instant } from '../units.ts'
import { isAbove } from '../wire/address.ts'
import { always, type Heard, ignore, type Router, type Rules } from './router.ts'
import { activeDownInterval, skewTime } from './timers.ts'

export const onAdvert: Rules<Heard> = {
  initialize: [{ id: 'S0', rfc: '6.4.1', when: always, act: ignore, moves: [] }],
  backup: [
    {
      id: 'B4',
      rfc: '6.4.2',
      when: (_, heard) => heard.priority === 0,
      act(router, _, at) {
        router.downAt = after(at, skewOf(router))
      },
      moves: ['released'],
    },
    {
      id: 'B5',
      rfc: '6.4.2',
      when: (router, heard) => !isPreempting(router) || heard.priority >= router.priority,
      act: adopt,
      moves: [],
    },
    { id: 'B6', rfc: '6.4.2', when: always, act: ignore, moves: [] },
  ],
  active: [
    {
      id: 'A4',
      rfc: '6.4.3',
      when: (_, heard) => heard.priority === 0,
      act: advertiseNow,
      moves: ['advertise'],
    },
    {
      id: 'A5',
      rfc: '6.4.3',
      when: (router, heard) =>
        heard.priority > router.priority ||
        (heard.priority === router.priority && isAbove(heard.source, router.address)),
      act(router, heard, at) {
        adopt(router, heard, at)
        router.advertAt = undefined
      },
      moves: ['yield'],
    },
    {
      id: 'A6',
      rfc: '6.4.3',
      when: always,
      act: advertiseNow,
      moves: ['advertise', 'announce'],
    },
  ],
}

const skewOf = ({ priority, interval, version }: Router) => skewTime(priority, interval, version)

// 6.1: the owner of the addresses always preempts.
const isPreempting = (router: Router) => router.preempt || router.priority === 255

function adopt(router: Router, heard: Heard, at: Instant): void {
  router.interval = heard.interval
  router.downAt = after(at, activeDownInterval(router.priority, heard.interval, router.version))
}

function advertiseNow(router: Router, _: Heard, at: Instant): void {
  router.advertAt = after(at, router.own_interval)
}
