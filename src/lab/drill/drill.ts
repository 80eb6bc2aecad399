import type { Lab } from '../lab.ts'
import { labProblem } from '../lab-problem.ts'
import type { LabCase } from './case.ts'
import { labCases } from './cases.ts'
import { judge, type LabDrillResult } from './judge.ts'
import { type Scene, settle, untilOwner } from './scene.ts'
import { watchWire } from './wire-watch.ts'

export interface LabDrillOptions {
  /** Only these, by name; absent: all. */
  readonly names?: readonly string[]
  readonly onBegin?: (each: LabCase) => void
}

/** Breaks a pair that is on, one case after the other, and says what came of each. */
export async function* runLabDrill(
  lab: Lab,
  { names, onBegin = () => undefined }: LabDrillOptions = {},
): AsyncGenerator<LabDrillResult> {
  const place = placeOf(lab)
  await settle(lab)
  const wire = await watchWire(lab, lab.target.host, place.virtualMac)
  let last: Pick<Scene, 'active' | 'backup'> | undefined
  for (const each of labCases) {
    if (names !== undefined && !names.includes(each.name)) continue
    onBegin(each)
    const isOff = lab.plan.directors.some(({ name }) => !lab.machine(name).isOn())
    const roles: Pick<Scene, 'active' | 'backup'> =
      each.beginsOff === true && isOff && last !== undefined ? last : await settle(lab)
    const scene: Scene = { lab, wire, ...roles, ...place }
    const result = await tryCase(scene, each)
    const owner = each.owner === 'moves' ? scene.backup : scene.active
    last = { active: owner, backup: owner === scene.active ? scene.backup : scene.active }
    yield result
  }
}

/** The instance of the VIP that clients are sent to, with what belongs to it. */
function placeOf(lab: Lab): Pick<Scene, 'config' | 'instance'> & { readonly virtualMac: string } {
  const [config] = lab.nodes
  const instance = config?.vrrp.instances.find(({ addresses, more_addresses = [] }) =>
    [...addresses, ...more_addresses].some(vip => vip.startsWith(`${lab.target.host}/`)),
  )
  if (config === undefined || instance === undefined) {
    throw labProblem('lab_unsupported', 'no instance has the VIP of a TCP service', lab.target.host)
  }
  // RFC 9568 7.3.
  const virtualMac = `00:00:5e:00:01:${instance.vrid.toString(16).padStart(2, '0')}`
  return { config, instance, virtualMac }
}

async function tryCase(scene: Scene, each: LabCase): Promise<LabDrillResult> {
  const lacks = each.lacks?.(scene)
  const from_ms = Date.now()
  if (lacks !== undefined) return judge(scene, each, { from_ms, lacks })
  try {
    await each.act(scene)
    if (each.leavesOff !== true) await settle(scene.lab)
    await untilOwner(scene, each.owner === 'moves' ? scene.backup : scene.active, OWNER_MS)
    return judge(scene, each, { from_ms })
  } catch (error) {
    return judge(scene, each, {
      from_ms,
      error: error instanceof Error ? error.message : `${error}`,
    })
  }
}

const OWNER_MS = 5_000
