// CycloneDX 1.6, as far as we write it: names and order of the fields as in its JSON schema.
import { digestOf } from '../kit/hash.ts'
import { uuidFrom } from '../kit/uuid.ts'
import type { LicenceChoice } from './licence.ts'

/** `sbom.cdx.json`: what the images are made of. */
export interface Bill {
  readonly $schema: string
  readonly bomFormat: 'CycloneDX'
  readonly specVersion: '1.6'
  readonly serialNumber: string
  readonly version: 1
  readonly metadata: {
    readonly tools: { readonly components: readonly Component[] }
    readonly component: Component
  }
  readonly components: readonly Component[]
  readonly dependencies: readonly Dependency[]
}

export interface Component {
  readonly type: 'application' | 'library' | 'operating-system' | 'firmware' | 'file'
  /** Names the component inside the bill; an ancestor has none. */
  readonly 'bom-ref'?: string
  readonly name: string
  readonly version?: string
  readonly description?: string
  readonly hashes?: readonly Hash[]
  readonly licenses?: readonly LicenceChoice[]
  readonly purl?: string
  /** The source packages that it was built from. */
  readonly pedigree?: { readonly ancestors: readonly Component[] }
  /** The files of the image that came from it. */
  readonly components?: readonly Component[]
  readonly properties?: readonly Property[]
}

interface Hash {
  readonly alg: 'SHA-256'
  readonly content: string
}

/** A fact that CycloneDX has no field for; our names begin with `director:`. */
export interface Property {
  readonly name: string
  readonly value: string
}

export interface Dependency {
  readonly ref: string
  readonly dependsOn: readonly string[]
}

/** Completes a bill: its serial number follows from its content, and there is no time in it. */
export function completeBill(
  content: Pick<Bill, 'metadata' | 'components' | 'dependencies'>,
): Bill {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidFrom(digestOf(content))}`,
    version: 1,
    ...content,
  }
}

/** The text of sbom.cdx.json: the same bill, the same bytes. */
export function encodeBill(bill: Bill): string {
  return `${JSON.stringify(bill, null, 1)}\n`
}

/** The list of one SHA-256, as a component has it. */
export function sha256Hash(content: string): readonly Hash[] {
  return [{ alg: 'SHA-256', content }]
}
