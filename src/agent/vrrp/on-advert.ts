/** RFC 9568 section 6.4: an ADVERTISEMENT is received (errata 7947, 7949, 8298 to 8301). */

import { after, type Instant } from '../units.ts'
import { isAbove } from '../wire/address.ts'
import { always, type Heard, ignore, type Outcome, type Router, type Rules } from './router.ts'
import { activeDownInterval, skewTime } from './timers.ts'

export const onAdvert: Rules<Heard> = {
  initialize: [{ id: 'S0', rfc: '6.4.1', when: always, act: ignore }],
  backup: [
    {
      id: 'B4',
      rfc: '6.4.2',
      when: (_, heard) => heard.priority === 0,
      act: (router, _, at) => [{ downAt: after(at, skewOf(router)) }, ['released']],
    },
    {
      id: 'B5',
      rfc: '6.4.2',
      when: (router, heard) => !isPreempting(router) || heard.priority >= router.priority,
      act: (router, heard, at) => [adopted(router, heard, at), []],
    },
    { id: 'B6', rfc: '6.4.2', when: always, act: ignore },
  ],
  active: [
    {
      id: 'A4',
      rfc: '6.4.3',
      when: (_, heard) => heard.priority === 0,
      act: advertiseNow(['advertise']),
    },
    {
      id: 'A5',
      rfc: '6.4.3',
      when: (router, heard) =>
        heard.priority > router.priority ||
        (heard.priority === router.priority && isAbove(heard.source, router.address)),
      act: (router, heard, at) => [
        { ...adopted(router, heard, at), advertAt: undefined },
        ['yield'],
      ],
    },
    { id: 'A6', rfc: '6.4.3', when: always, act: advertiseNow(['advertise', 'announce']) },
  ],
}

const skewOf = ({ priority, interval, version }: Router) => skewTime(priority, interval, version)

// 6.1: the owner of the addresses always preempts.
const isPreempting = (router: Router) => router.preempt || router.priority === 255

function adopted(router: Router, heard: Heard, at: Instant): Partial<Router> {
  return {
    interval: heard.interval,
    downAt: after(at, activeDownInterval(router.priority, heard.interval, router.version)),
  }
}

function advertiseNow(moves: Outcome[1]): (router: Router, _: Heard, at: Instant) => Outcome {
  return (router, _, at) => [{ advertAt: after(at, router.own_interval) }, moves]
}
