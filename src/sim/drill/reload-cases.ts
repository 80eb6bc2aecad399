/** Reloads on a pair that serves: rows 42 and 43 of the failure matrix. */

import { nameOfDestination } from '../../agent/ipvs/table.ts'
import { after, type Instant, seconds } from '../../agent/units.ts'
import type { ServiceConfig } from '../../model/node-config.ts'
import type { ConfigEdit, Fault } from '../faults.ts'
import type { World } from '../world.ts'
import { active, type DrillCase, NONE } from './drill-case.ts'
import type { Stage } from './stage.ts'

// What both nodes share is another one from then on.
const OTHER_DIGEST = 'a7'
/** So long one node alone has what is new. */
const BETWEEN_S = 10

const reweighed = ({ services }: Stage): readonly ServiceConfig[] =>
  services.map(service => ({
    ...service,
    real_servers: service.real_servers.map(real => ({
      ...real,
      weight: real.weight === 1 ? 2 : 1,
    })),
  }))

const oneAfterTheOther = (
  { active: first, other: second }: Stage,
  begin: Instant,
  edit: ConfigEdit,
): readonly Fault[] => [
  { kind: 'reload', node: first, at: begin, ...edit },
  { kind: 'reload', node: second, at: after(begin, seconds(BETWEEN_S)), ...edit },
]

const weightsOf = (services: readonly ServiceConfig[]) =>
  services.flatMap(({ real_servers }) => real_servers.map(nameWeight)).sort()
const nameWeight = (real: { address: string; port: number; weight: number }) =>
  `${nameOfDestination(real)} with ${real.weight}`

function wrongWeights({ nodes }: World, wanted: readonly ServiceConfig[]): string | undefined {
  const expected = weightsOf(wanted).join(', ')
  for (const { name, kernel } of nodes) {
    const services = [...kernel.ipvs.values()]
    const found = services.flatMap(({ destinations }) => destinations.map(nameWeight)).sort()
    if (found.join(', ') !== expected) {
      return `${name} has ${found.join(', ') || 'no real server'}, expected ${expected}`
    }
  }
  return undefined
}

const hasServices = ({ services }: Stage) =>
  services.length > 0 ? undefined : 'there is no service in the cluster file'

export const reloadCases: readonly DrillCase[] = [
  {
    name: 'reload',
    title: 'other weights are loaded, by one node ten seconds after the other',
    lacks: hasServices,
    faults: (stage, begin) =>
      oneAfterTheOther(stage, begin, { services: reweighed(stage), digest: OTHER_DIGEST }),
    owner: active,
    outage_max: NONE,
    check: (world, stage) => wrongWeights(world, reweighed(stage)),
  },
  {
    name: 'refused-reload',
    title: 'what is loaded needs a start, for another priority: nothing of it is taken',
    lacks: hasServices,
    faults: (stage, begin) =>
      oneAfterTheOther(stage, begin, {
        ...{ services: reweighed(stage), digest: OTHER_DIGEST },
        priority: stage.priority === 100 ? 101 : 100,
      }),
    owner: active,
    outage_max: NONE,
    check: (world, stage) => wrongWeights(world, stage.services),
  },
]
