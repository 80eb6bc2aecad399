import type { Bill, Component } from '../sbom/cyclonedx.ts'
import type { LicenceChoice } from '../sbom/licence.ts'

/** A source package whose code is in the images, and whether its licences ask to offer it. */
export interface WantedSource {
  readonly name: string
  readonly version: string
  /** Packages in the images that were built from it. */
  readonly packages: readonly string[]
  /** Of these packages, as the bill names them. */
  readonly licences: readonly string[]
  readonly isAsked: boolean
  readonly why: string
}

// Licences that ask whoever passes a program on to offer its source.
const ASKS = /\b(?:[AL]?GPL|MPL|EPL|CDDL|EUPL|OSL)(?:-|\b)/

// The GCC Runtime Library Exception 3.1 lets what the compiler adds to a program go with it.
const RUNTIME = /^libgcc-\d+-dev$/

/** Lists the sources of all that a bill of materials names, each version once. */
export function wantedSources(bill: Pick<Bill, 'components'>): readonly WantedSource[] {
  const found = new Map<string, WantedSource>()
  for (const component of bill.components) {
    const licences = (component.licenses ?? []).map(nameOf)
    const ask = asks(component, licences)
    for (const { name, version } of sourcesOf(component)) {
      const key = `${name} ${version}`
      const before = found.get(key)
      const decided = before?.isAsked === true ? before : ask
      found.set(key, {
        ...{ name, version, isAsked: decided.isAsked, why: decided.why },
        packages: [...(before?.packages ?? []), component.name],
        licences: [...new Set([...(before?.licences ?? []), ...licences])].sort(),
      })
    }
  }
  return [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
}

const nameOf = ({ license }: LicenceChoice) => ('id' in license ? license.id : license.name)

function asks({ name }: Component, licences: readonly string[]) {
  if (RUNTIME.test(name)) {
    return { isAsked: false, why: 'the GCC Runtime Library Exception covers what is linked in' }
  }
  if (licences.length === 0) return { isAsked: true, why: 'its licences could not be read' }
  const asking = licences.filter(licence => ASKS.test(licence))
  return asking.length > 0
    ? { isAsked: true, why: asking.join(', ') }
    : { isAsked: false, why: 'none of its licences asks for it' }
}

/** What a component was built from; one that is itself a source is its own. */
function sourcesOf({ name, version, purl, pedigree }: Component) {
  const own = purl?.includes('arch=source') === true ? [{ name, version: version ?? '' }] : []
  const ancestors = (pedigree?.ancestors ?? []).map(one => {
    return { name: one.name, version: one.version ?? '' }
  })
  return [...own, ...ancestors]
}
