import type { VrrpInstanceConfig } from '../../model/node-config.ts'
import type { NetlinkRequest } from '../wire/netlink.ts'
import {
  decodeMovingRoute,
  deleteMovingRoute,
  dumpMovingRoutes,
  type MovingRoute,
  newMovingRoute,
  RT_TABLE_LOCAL,
} from '../wire/netlink-route.ts'
import {
  decodeRule,
  deleteRule,
  dumpRules,
  newRule,
  type PolicyRule,
} from '../wire/netlink-rule.ts'
import { decodeAddress, encodeAddress, encodePrefix } from '../wire/text-address.ts'
import { ask, askDump, REQUESTS_MAX, startExchange } from './ask.ts'
import { EEXIST, EIO, ENOENT, ESRCH } from './errno.ts'
import type { ClosingDatagram } from './own-mac-flip.ts'
import { DIRECTOR_PROTOCOL } from './own-mac-vips.ts'
import { andThen, done, failed, forEach, type Talk } from './talk.ts'

/** The index of `lo`, the first link of every network namespace. */
const LOOPBACK = 1

/** Routes and rules that are there while an instance is active; blocks are local routes. */
export interface Moving {
  readonly instance: string
  readonly routes: readonly MovingRoute[]
  readonly rules: readonly PolicyRule[]
}

/** What follows an instance; undefined: nothing. `parent` is the link that its interface is. */
export function movingOf(
  instance: VrrpInstanceConfig,
  parent: { readonly index: number },
): Moving | undefined {
  const { blocks = [], routes = [], rules = [] } = instance
  if (blocks.length + routes.length + rules.length === 0) return undefined
  const protocol = DIRECTOR_PROTOCOL
  const family = encodePrefix(instance.addresses[0] ?? '').address.length === 4 ? 4 : 6
  return {
    instance: instance.name,
    routes: [
      ...blocks.map((block): MovingRoute => {
        const { address: destination, prefixLength } = encodePrefix(block)
        const local = { kind: 'local', index: LOOPBACK, table: RT_TABLE_LOCAL } as const
        return { destination, prefixLength, ...local, protocol }
      }),
      ...routes.map(({ to, via, table, source }): MovingRoute => {
        const { address: destination, prefixLength } = encodePrefix(to)
        return {
          ...{ destination, prefixLength, kind: 'unicast', index: parent.index, table, protocol },
          ...(via === undefined ? {} : { gateway: encodeAddress(via) }),
          ...(source === undefined ? {} : { source: encodeAddress(source) }),
        }
      }),
    ],
    rules: rules.map(({ from, to, table, preference }) => ({
      ...{ family, table, preference, protocol },
      ...(from === undefined ? {} : { from: encodePrefix(from) }),
      ...(to === undefined ? {} : { to: encodePrefix(to) }),
    })),
  }
}

/** Adds what an instance needs while it is active, and reads back that all of it is there. */
export function addMoving(moving: Moving): Talk<void> {
  const requests = [...moving.routes.map(newMovingRoute), ...moving.rules.map(newRule)]
  const step = `add the routes of ${moving.instance}`
  return andThen(change(requests, [EEXIST], step), () => mustBe(moving, 'open'))
}

/** Removes it and reads back that none of it is there. */
export function removeMoving(moving: Moving): Talk<void> {
  const step = `remove the routes of ${moving.instance}`
  return andThen(change(deletions(moving), [ESRCH, ENOENT], step), () => mustBe(moving, 'closed'))
}

const deletions = ({ routes, rules }: Moving): readonly NetlinkRequest[] => [
  ...rules.map(deleteRule),
  ...routes.map(deleteMovingRoute),
]

/** The datagrams that remove all of it, for whoever must do it without a talk. */
export const removingDatagrams = (several: readonly Moving[]): readonly ClosingDatagram[] =>
  several.map(moving => {
    const requests = deletions(moving)
    const asked = { socket: 'route' as const, requests, last: requests.length - 1 }
    return { socket: 'route', datagram: startExchange(asked, 1).datagram }
  })

/** Adds what is missing, or removes what must not be there; how much it was. */
export function repairMoving(moving: Moving, state: 'open' | 'closed'): Talk<number> {
  return andThen(readMoving(), found => {
    const count = differencesOf(moving, state, found)
    if (count === 0) return done(0)
    return andThen(state === 'open' ? addMoving(moving) : removeMoving(moving), () => done(count))
  })
}

/** Removes every route and rule that an earlier run left, whatever its configuration was. */
export function removeLeftRoutes(): Talk<void> {
  return andThen(readMoving(), ({ routes, rules }) => {
    const ours = {
      instance: 'an earlier run',
      routes: routes.filter(({ protocol }) => protocol === DIRECTOR_PROTOCOL),
      rules: rules.filter(({ protocol }) => protocol === DIRECTOR_PROTOCOL),
    }
    return change(deletions(ours), [ESRCH, ENOENT], 'remove the old routes')
  })
}

type Found = Pick<Moving, 'routes' | 'rules'>

/** The routes and rules of both families; those of others are among them. */
function readMoving(): Talk<Found> {
  const read = (family: 4 | 6): Talk<Found> =>
    andThen(askDump('route', dumpMovingRoutes(family, DIRECTOR_PROTOCOL)), routes =>
      andThen(askDump('route', dumpRules(family)), rules =>
        routes.errno !== 0 || rules.errno !== 0
          ? failed(routes.errno || rules.errno, 'read the routes')
          : done({
              routes: routes.messages.flatMap(each => decodeMovingRoute(each) ?? []),
              rules: rules.messages.flatMap(each => decodeRule(each) ?? []),
            }),
      ),
    )
  return andThen(forEach([4, 6] as const, read), both =>
    done({
      routes: both.flatMap(({ routes }) => routes),
      rules: both.flatMap(({ rules }) => rules),
    }),
  )
}

function mustBe(moving: Moving, state: 'open' | 'closed'): Talk<void> {
  return andThen(readMoving(), found => {
    const count = differencesOf(moving, state, found)
    const verb = state === 'open' ? 'are missing' : 'are still there'
    return count === 0
      ? done(undefined)
      : failed(EIO, `change the routes of ${moving.instance}: ${count} ${verb}`)
  })
}

/** How many are missing, or are there although they must not be. */
function differencesOf(moving: Moving, state: 'open' | 'closed', found: Found): number {
  const held = new Set([...found.routes.map(routeKey), ...found.rules.map(ruleKey)])
  const wanted = [...moving.routes.map(routeKey), ...moving.rules.map(ruleKey)]
  return wanted.filter(key => held.has(key) !== (state === 'open')).length
}

const textOf = (bytes: Uint8Array | undefined) => (bytes === undefined ? '' : decodeAddress(bytes))

const routeKey = (route: MovingRoute): string => {
  const { destination, prefixLength, kind, gateway, index, table, source, protocol } = route
  const to = `${textOf(destination)}/${prefixLength}`
  return [kind, to, textOf(gateway), index, table, textOf(source), protocol].join(' ')
}

function ruleKey({ family, from, to, table, preference }: PolicyRule): string {
  const ends = [from, to].map(each => `${textOf(each?.address)}/${each?.prefixLength ?? 0}`)
  return ['rule', family, ...ends, table, preference].join(' ')
}

function change(
  requests: readonly NetlinkRequest[],
  tolerated: readonly number[],
  step: string,
): Talk<void> {
  const pieces: NetlinkRequest[][] = []
  for (let at = 0; at < requests.length; at += REQUESTS_MAX) {
    pieces.push(requests.slice(at, at + REQUESTS_MAX))
  }
  const each = (piece: readonly NetlinkRequest[]): Talk<void> =>
    andThen(ask('route', piece), ({ errno, errors }) => {
      const real = errors.find(error => !tolerated.includes(error.errno))
      if (real !== undefined) return failed(real.errno, step)
      return errno !== 0 && errors.length === 0 ? failed(errno, step) : done(undefined)
    })
  return andThen(forEach(pieces, each), () => done(undefined))
}
