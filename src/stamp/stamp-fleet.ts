import { fail } from '../kit/problem.ts'
import { fleetName } from './fleet.ts'
import type { ImageReader } from './image-reader.ts'
import {
  type DirectorIso,
  type FleetMember,
  fleetPatches,
  openDirectorIso,
  readStamped,
} from './iso.ts'
import { type NodeSource, parseConfig } from './node-source.ts'
import { decodeStamp } from './stamp.ts'
import {
  alreadyStamped,
  checkExpected,
  patchedIso,
  SECRET,
  type StampedImage,
  type StampOptions,
} from './stamp-image.ts'

/**
 * Makes an ISO one image for several nodes, of which a machine chooses its own at boot. Nodes that
 * the ISO holds already stay in it.
 *
 * @throws ProblemError as `stampImage`, and `fleet_conflict`
 */
export async function stampFleet(
  image: ImageReader,
  sources: readonly NodeSource[],
  { expectedBase, replace }: StampOptions,
): Promise<StampedImage> {
  const iso = await openDirectorIso(image)
  const baseSha256 = iso.layout.base_sha256
  checkExpected(image, baseSha256, expectedBase)
  const members = new Map<string, FleetMember>()
  for (const member of await membersIn(iso)) members.set(fleetName(member.stamp.facts), member)
  for (const source of sources) {
    const stamp = decodeStamp(source.stampFor(baseSha256))
    const name = fleetName(stamp.facts)
    if (members.has(name) && !replace) alreadyMember(image, name)
    members.set(name, { stamp, console: source.config.serial.console })
  }
  return patchedIso(iso, fleetPatches(iso, [...members.values()]), SECRET)
}

async function membersIn(iso: DirectorIso): Promise<readonly FleetMember[]> {
  const stamped = await readStamped(iso)
  if (stamped?.kind === 'node') return alreadyStamped(iso.image)
  return (stamped?.fleet.stamps ?? []).map(stamp => {
    const config = parseConfig(Buffer.from(stamp.config), iso.image.name)
    return { stamp, console: config.serial.console }
  })
}

function alreadyMember(image: ImageReader, name: string): never {
  fail({
    code: 'already_stamped',
    message: `the ISO holds the node ${name} already`,
    where: { file: image.name },
    remedy: 'add --replace to write over its stamp; the other nodes stay as they are',
  })
}
