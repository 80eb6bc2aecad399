/** What a drill does to a pair, one case after the other. */

import { after, type Instant, microseconds, seconds } from '../../agent/units.ts'
import type { Fault, FaultAction } from '../faults.ts'
import { active, type DrillCase, NONE } from './drill-case.ts'
import { reloadCases } from './reload-cases.ts'
import { ROOM, SKEW_MAX, type Stage } from './stage.ts'

const at =
  (...actions: readonly (readonly [number, FaultAction])[]) =>
  (begin: Instant): readonly Fault[] =>
    actions.map(([second, action]) => ({ ...action, at: after(begin, seconds(second)) }))

const afterDeath = ({ dead }: Stage) => microseconds(dead + ROOM)
const byRelease = () => microseconds(SKEW_MAX + ROOM)
const other = (stage: Stage) => stage.other
const returned = (stage: Stage) => (stage.failsBack ? stage.active : stage.other)
const needsHeartbeat = ({ hasHeartbeat }: Stage) =>
  hasHeartbeat ? undefined : 'there is no heartbeat in the cluster file'
const needsLine = ({ hasLine }: Stage) =>
  hasLine ? undefined : 'there is no serial path of the heartbeat in the cluster file'
const isUnguarded = ({ policy }: Stage) => policy === 'strict_rfc'

const cutLine = ({ active: one, other: two }: Stage, cut: boolean): readonly FaultAction[] => [
  { kind: 'line', from: one, cut },
  { kind: 'line', from: two, cut },
]

const block = (
  paths: readonly string[],
  cargo: 'frame' | 'arp' | 'datagram',
  blocked: boolean,
): readonly FaultAction[] => paths.map(path => ({ kind: 'blocked', path, cargo, blocked }))

/** Begins at 0 and ends after 20 s. */
const forAWhile = (fault: (on: boolean) => readonly FaultAction[], begin: Instant) =>
  at(
    ...fault(true).map(action => [0, action] as const),
    ...fault(false).map(action => [20, action] as const),
  )(begin)

/** Every case, in the order of the table. */
export const drillCases: readonly DrillCase[] = [
  {
    name: 'power',
    title: 'the active node loses power',
    faults: ({ active: node }, begin) => at([0, { kind: 'power_off', node }])(begin),
    owner: other,
    outage_max: afterDeath,
  },
  {
    name: 'power-returns',
    title: 'the active node loses power and is back half a minute later',
    faults: ({ active: node }, begin) =>
      at([0, { kind: 'power_off', node }], [30, { kind: 'power_on', node }])(begin),
    owner: returned,
    outage_max: afterDeath,
  },
  {
    name: 'agent-killed',
    title: 'the agent of the active node is killed and started again',
    faults: ({ active: node }, begin) =>
      at([0, { kind: 'kill', node }], [1, { kind: 'start', node }])(begin),
    owner: returned,
    outage_max: afterDeath,
  },
  {
    name: 'stop',
    title: 'the active node is stopped in order',
    faults: ({ active: node }, begin) => at([0, { kind: 'stop', node }])(begin),
    owner: other,
    outage_max: byRelease,
  },
  {
    name: 'standby',
    title: 'the operator tells the active node to stand by',
    faults: ({ active: node }, begin) => at([0, { kind: 'order', node, order: 'standby' }])(begin),
    owner: other,
    outage_max: byRelease,
  },
  {
    name: 'link',
    title: 'the active node loses a link that carries VIPs',
    faults: ({ active: node, fronts }, begin) =>
      at([0, { kind: 'carrier', node, path: fronts[0] ?? '', up: false }])(begin),
    owner: other,
    outage_max: byRelease,
  },
  {
    name: 'link-flaps',
    title: 'a link of the active node that carries VIPs comes and goes twice a second',
    faults: ({ active: node, fronts }, begin) =>
      at(
        ...Array.from({ length: 20 }, (_, half) => {
          const up = half % 2 === 1
          return [half / 2, { kind: 'carrier', node, path: fronts[0] ?? '', up }] as const
        }),
      )(begin),
    owner: returned,
    outage_max: byRelease,
  },
  {
    name: 'link-of-backup',
    title: 'the backup loses a link that carries VIPs',
    faults: ({ other: node, fronts }, begin) =>
      at([0, { kind: 'carrier', node, path: fronts[0] ?? '', up: false }])(begin),
    owner: active,
    outage_max: NONE,
  },
  {
    name: 'backup-dies',
    title: 'the backup loses power and comes back',
    faults: ({ other: node }, begin) =>
      at([0, { kind: 'power_off', node }], [20, { kind: 'power_on', node }])(begin),
    owner: active,
    outage_max: NONE,
  },
  {
    name: 'stall',
    title: 'the agent of the active node does not run for ten seconds',
    faults: ({ active: node }, begin) =>
      at([0, { kind: 'stall', node }], [10, { kind: 'resume', node }])(begin),
    owner: returned,
    outage_max: afterDeath,
  },
  {
    name: 'both-dark',
    title: 'both nodes lose power and get it back together',
    faults: ({ active: one, other: two }, begin) =>
      at(
        [0, { kind: 'power_off', node: one }],
        [0, { kind: 'power_off', node: two }],
        [10, { kind: 'power_on', node: one }],
        [10, { kind: 'power_on', node: two }],
      )(begin),
    owner: () => '',
    outage_max: ({ dead }) => microseconds(dead + seconds(20)),
  },
  {
    name: 'line-cut',
    title: 'the serial line is cut',
    lacks: needsLine,
    faults: (stage, begin) => forAWhile(cut => cutLine(stage, cut), begin),
    owner: active,
    outage_max: NONE,
  },
  {
    name: 'line-noise',
    title: 'one byte of a hundred on the serial line is wrong',
    lacks: needsLine,
    faults: ({ active: one, other: two }, begin) =>
      forAWhile(
        on => [one, two].map(from => ({ kind: 'line', from, noise: on ? 0.01 : 0 })),
        begin,
      ),
    owner: active,
    outage_max: NONE,
  },
  {
    name: 'adapter',
    title: 'the adapter of the serial line is pulled, and plugged in again',
    lacks: needsLine,
    faults: ({ active: node }, begin) =>
      forAWhile(on => [{ kind: 'adapter', node, plugged: !on }], begin),
    owner: active,
    outage_max: NONE,
  },
  {
    name: 'datagrams-blocked',
    title: 'a filter drops the heartbeat on every interface',
    lacks: needsHeartbeat,
    faults: ({ datagrams }, begin) => forAWhile(on => block(datagrams, 'datagram', on), begin),
    owner: active,
    outage_max: NONE,
  },
  {
    name: 'adverts-blocked',
    title: 'a filter drops the adverts on every interface',
    faults: ({ fronts }, begin) => forAWhile(on => block(fronts, 'frame', on), begin),
    owner: active,
    outage_max: NONE,
    mayOverlap: isUnguarded,
  },
  {
    name: 'only-the-line',
    title: 'nothing but the serial line is left between the nodes',
    lacks: needsLine,
    faults: ({ fronts, datagrams }, begin) =>
      forAWhile(on => [...block(fronts, 'frame', on), ...block(datagrams, 'datagram', on)], begin),
    owner: active,
    outage_max: NONE,
    mayOverlap: isUnguarded,
  },
  {
    name: 'front-dead',
    title: 'the active node sends nothing any more on a link that is up and pinged',
    lacks: ({ pinged, fronts }) =>
      pinged.includes(fronts[0] ?? '') ? undefined : 'no connectivity group pings there',
    faults: ({ active: node, fronts }, begin) =>
      at([0, { kind: 'broken', node, path: fronts[0] ?? '', way: 'tx', broken: true }])(begin),
    owner: other,
    outage_max: ({ dead }) => microseconds(dead + seconds(5)),
  },
  {
    name: 'foreign-router',
    title: 'another router says with a higher priority that it is active, for ten seconds',
    faults: ({ fronts, vrid }, begin) =>
      at(
        ...Array.from({ length: 11 }, (_, second) => {
          const path = fronts[0] ?? ''
          return [second, { kind: 'foreign_advert', path, vrid, priority: 254 }] as const
        }),
      )(begin),
    owner: stage => (isUnguarded(stage) ? '' : stage.active),
    outage_max: stage => (isUnguarded(stage) ? microseconds(stage.dead + seconds(11)) : NONE()),
  },
  {
    name: 'everything-cut',
    title: 'every path between the nodes is cut, and heals',
    faults: (stage, begin) =>
      forAWhile(
        on => [
          ...block(stage.fronts, 'frame', on),
          ...block(stage.fronts, 'arp', on),
          ...block(stage.datagrams, 'datagram', on),
          ...(stage.hasLine ? cutLine(stage, on) : []),
        ],
        begin,
      ),
    owner: () => '',
    outage_max: byRelease,
    mayOverlap: () => true,
  },
  ...reloadCases,
]
