import type { PackageFact } from '../base/base-system.ts'
import type { LockedSource } from '../base/lock.ts'
import type { PackageAbout, SourceName } from '../base/package-about.ts'
import type { ImageFile } from '../compose/image-files.ts'
import { sha256 } from '../kit/hash.ts'
import {
  type Bill,
  type Component,
  completeBill,
  type Dependency,
  type Property,
  sha256Hash,
} from './cyclonedx.ts'
import { licenceChoices } from './licence.ts'
import { debianPurl } from './purl.ts'

/** A package of which something is in the images. */
export interface Ingredient extends Pick<PackageFact, 'name' | 'version' | 'sha256' | 'source'> {
  readonly arch: string
  readonly about: PackageAbout
  /** What it is there for, for example `GRUB for BIOS`. */
  readonly use: string
  /** Files of the image that came from it as they are. */
  readonly files: readonly Pick<ImageFile, 'path' | 'sha256'>[]
}

export interface BillRequest {
  readonly cluster: string
  readonly tool: { readonly name: string; readonly version: string; readonly licence: string }
  readonly baseSha256: string
  /** User land, kernel and loaders. */
  readonly packages: readonly Ingredient[]
  readonly agent: AgentIngredients
  /** Files of our own and of the operator, by where they come from. */
  readonly own: readonly ImageFile[]
}

export interface AgentIngredients {
  readonly version: string
  readonly file: Pick<ImageFile, 'path' | 'sha256'>
  /** Packages whose libraries are linked in. */
  readonly linked: readonly Ingredient[]
  readonly quickjs: { readonly source: LockedSource; readonly about: PackageAbout }
}

const IMAGE = 'image'
const AGENT = 'agent'

/** Writes down what the images of a cluster are made of: equal images, equal bytes. */
export function makeBill(request: BillRequest): Bill {
  const { agent, tool, cluster, baseSha256 } = request
  const quickjs = quickjsComponent(agent.quickjs)
  const linked = agent.linked.map(packageComponent)
  const parts = [...request.packages.map(packageComponent), ...ownComponents(request)]
  const ofAgent = agentComponent(request)
  const dependencies: readonly Dependency[] = [
    { ref: IMAGE, dependsOn: [...refsOf(parts), AGENT] },
    { ref: AGENT, dependsOn: [...refsOf(linked), ...refsOf([quickjs])] },
  ]
  return completeBill({
    metadata: {
      tools: { components: [toolComponent(tool)] },
      component: {
        ...{ type: 'firmware', 'bom-ref': IMAGE, name: cluster, version: tool.version },
        properties: [property('base_sha256', baseSha256)],
      },
    },
    components: [...parts, ofAgent, ...linked, quickjs],
    dependencies,
  })
}

const refsOf = (components: readonly Component[]) =>
  [...new Set(components.flatMap(component => component['bom-ref'] ?? []))].sort()

const property = (name: string, value: string): Property => ({ name: `director:${name}`, value })

function toolComponent({ name, version, licence }: BillRequest['tool']): Component {
  const licenses = [{ license: { id: licence } }]
  return { type: 'application', 'bom-ref': 'tool', name, version, licenses }
}

function packageComponent(ingredient: Ingredient): Component {
  const { name, version, arch, sha256: sum, source, about, use, files } = ingredient
  const purl = debianPurl({ name, version, arch })
  const ancestors = [source, ...about.builtUsing].map(sourceComponent)
  return {
    type: typeOf(name),
    'bom-ref': purl,
    ...{ name, version, hashes: sha256Hash(sum) },
    ...licencesOf(about),
    purl,
    pedigree: { ancestors },
    ...(files.length === 0 ? {} : { components: files.map(fileComponent) }),
    properties: [property('use', use), property('licences', READ[about.licences.read])],
  }
}

// How far the licences can be trusted.
const READ = {
  fields: 'from the fields of its copyright file',
  references: 'from what its copyright file, which is free text, refers to',
  none: 'could not be read from its copyright file',
} as const satisfies Record<PackageAbout['licences']['read'], string>

function licencesOf({ licences }: PackageAbout): Pick<Component, 'licenses'> {
  const choices = licenceChoices(licences)
  const byName = new Map(choices.map(choice => [JSON.stringify(choice), choice]))
  return choices.length === 0 ? {} : { licenses: [...byName.values()] }
}

function typeOf(name: string): Component['type'] {
  if (name.startsWith('linux-image-')) return 'operating-system'
  return name.startsWith('lib') || name.endsWith('-dev') ? 'library' : 'application'
}

function sourceComponent({ name, version }: SourceName): Component {
  const purl = debianPurl({ name, version, arch: 'source' })
  return { type: 'library', name, version, purl }
}

function fileComponent({ path, sha256: sum }: Pick<ImageFile, 'path' | 'sha256'>): Component {
  return { type: 'file', 'bom-ref': `file:${path}`, name: path, hashes: sha256Hash(sum) }
}

function agentComponent({ agent, tool }: BillRequest): Component {
  return {
    ...{ type: 'application', 'bom-ref': AGENT, name: 'directord', version: agent.version },
    description: 'the director agent, one static program: directord, directorctl, director-setup',
    hashes: sha256Hash(agent.file.sha256),
    licenses: [{ license: { id: tool.licence } }],
    components: [fileComponent(agent.file)],
  }
}

function quickjsComponent({ source, about }: AgentIngredients['quickjs']): Component {
  const purl = debianPurl({ name: 'quickjs', version: source.version, arch: 'source' })
  const archive = source.files.find(({ file }) => /\.orig\.tar\.\w+$/.test(file))
  return {
    ...{ type: 'library', 'bom-ref': purl, name: 'quickjs', version: source.version },
    hashes: sha256Hash(archive?.sha256 ?? sha256('')),
    ...licencesOf(about),
    purl,
    properties: [
      property('use', 'linked into the agent; the hash is of its upstream archive'),
      property('licences', READ[about.licences.read]),
    ],
  }
}

/** What no package brought: our overlay, what the recipe makes, the operator's files. */
function ownComponents({ own, tool }: BillRequest): readonly Component[] {
  const origins = [...new Set(own.map(({ from }) => from))].sort()
  return origins.map(origin => ({
    type: 'application' as const,
    'bom-ref': `own:${origin}`,
    name: origin,
    ...(origin === 'files:' ? {} : { version: tool.version }),
    ...(origin === 'files:' ? {} : { licenses: [{ license: { id: tool.licence } }] }),
    components: own.filter(({ from }) => from === origin).map(fileComponent),
  }))
}
