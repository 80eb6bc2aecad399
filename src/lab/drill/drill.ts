import type { Lab } from '../lab.ts'
import { labProblem } from '../lab-problem.ts'
import type { LabCase } from './case.ts'
import { labCases } from './cases.ts'
import { judge, type LabDrillResult } from './judge.ts'
import { order, type Scene, settle, untilOpen, untilOwner } from './scene.ts'
import { watchWire } from './wire-watch.ts'

/** A pair that is on, and looked at. */
export interface LabDrill {
  /** Breaks the pair by one case, waits until it is whole again, and says what came of it. */
  tryCase(each: LabCase): Promise<LabDrillResult>
}

/** Waits until a pair is whole, and begins to look who owns its VIP. */
export async function openLabDrill(lab: Lab): Promise<LabDrill> {
  const place = placeOf(lab)
  // The roles in a pair that was seen whole, and to which nothing has happened since.
  let whole: Roles | undefined = await settle(lab)
  const wire = await watchWire(lab, lab.target.host, place.virtualMac)
  let last: Roles | undefined
  const rolesFor = async (each: LabCase): Promise<Roles> => {
    const isOff = lab.plan.directors.some(({ name }) => !lab.machine(name).isOn())
    if (each.beginsOff === true && isOff && last !== undefined) return last
    const roles = whole ?? (await settle(lab))
    const backup = each.backup?.(lab)
    if (backup !== roles.active) return roles
    await order({ lab }, backup, 'standby')
    return settle(lab)
  }
  return {
    async tryCase(each) {
      const roles = await rolesFor(each)
      whole = undefined
      const scene: Scene = { lab, wire, ...roles, ...place }
      const result = await tryCase(scene, each, settled => {
        whole = settled
      })
      const { active, backup } = scene
      last = each.owner === 'moves' ? { active: backup, backup: active } : { active, backup }
      return result
    },
  }
}

type Roles = Pick<Scene, 'active' | 'backup'>

/** Tries cases, one after the other: those of these names, or all. */
export async function* runLabDrill(
  lab: Lab,
  names?: readonly string[],
): AsyncGenerator<LabDrillResult> {
  const drill = await openLabDrill(lab)
  for (const each of labCases) {
    if (names === undefined || names.includes(each.name)) yield await drill.tryCase(each)
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

async function tryCase(
  scene: Scene,
  each: LabCase,
  onWhole: (roles: Roles) => void,
): Promise<LabDrillResult> {
  const lacks = each.lacks?.(scene)
  const from_ms = Date.now()
  if (lacks !== undefined) return judge(scene, each, { from_ms, lacks })
  try {
    await each.act(scene)
    const roles = each.leavesOff === true ? undefined : await settle(scene.lab)
    const owner = each.owner === 'moves' ? scene.backup : scene.active
    await untilOwner(scene, owner, OWNER_MS)
    await untilOpen(scene, owner, OWNER_MS)
    if (roles !== undefined) onWhole(roles)
    return judge(scene, each, { from_ms })
  } catch (error) {
    return judge(scene, each, {
      from_ms,
      error: error instanceof Error ? error.message : `${error}`,
    })
  }
}

const OWNER_MS = 5_000
