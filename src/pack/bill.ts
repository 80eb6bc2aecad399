import project from '../../package.json' with { type: 'json' }
import { type Archive, openArchive } from '../base/archive.ts'
import type { ArchiveRequest, Toolbox } from '../base/base-system.ts'
import type { LockedPackage } from '../base/lock.ts'
import { type AboutPackage, aboutPackage, aboutSource } from '../base/package-about.ts'
import type { AgentBuild } from '../compose/agent-build.ts'
import type { Step } from '../kit/steps.ts'
import type { Cluster } from '../model/cluster.ts'
import { type Ingredient, makeBill } from '../sbom/bill.ts'
import type { Bill } from '../sbom/cyclonedx.ts'
import type { BaseImages } from './base-images.ts'

export interface BillOptions {
  readonly cluster: Cluster
  readonly images: BaseImages
  readonly tools: Toolbox
  readonly loaders: Toolbox
  readonly madeOf: AgentBuild['madeOf']
  readonly request: ArchiveRequest & { readonly cache: string }
}

/** A package of the build programs of which something becomes part of an image. */
interface Taken {
  readonly name: string
  readonly use: string
}

const BIOS_LOADER: Taken = { name: 'grub-pc-bin', use: 'GRUB for BIOS' }
const UEFI_LOADER: Taken = { name: 'grub-efi-amd64-bin', use: 'GRUB for UEFI' }
const NETWORK_LOADER: Taken = { name: 'ipxe', use: 'iPXE, for network boot by BIOS and UEFI' }

// What the linker takes out of the toolchain: the rest of it leaves nothing in the agent.
const LINKED: readonly Taken[] = [
  { name: 'musl-dev', use: 'linked into the agent: the C library' },
  { name: 'libgcc-14-dev', use: "linked into the agent: the compiler's own routines" },
]
const AGENT_PATH = 'usr/bin/directord'

/** Puts together what the images of a cluster are made of, down to their licences. */
export async function makeClusterBill(options: BillOptions): Promise<Bill> {
  const archive = await openArchive(options.request)
  return options.request.steps.run('bill of materials', step => gather(options, archive, step))
}

async function gather(options: BillOptions, archive: Archive, step: Step): Promise<Bill> {
  const { cluster, images, tools, loaders: network, madeOf } = options
  const { facts } = images
  const known = knownPackages(archive, [
    ...tools.packages,
    ...network.packages,
    ...madeOf.toolchain,
  ])
  const look: Look = { archive, known, step }
  const { boot } = cluster.board
  const loaders = [
    ...(boot.includes('bios') ? [BIOS_LOADER] : []),
    ...(boot.includes('uefi') ? [UEFI_LOADER] : []),
  ]
  const agent = facts.files.find(({ path }) => path === AGENT_PATH)
  if (agent === undefined) throw new Error(`the image has no ${AGENT_PATH}`)
  const named = new Set(facts.packages.map(({ name }) => name))
  return makeBill({
    cluster: cluster.name,
    tool: { name: project.name, version: project.version, licence: project.license },
    baseSha256: facts.base.base_sha256,
    packages: [
      ...(await imagePackages(images, look)),
      ...(await taken(tools.packages, loaders, look)),
      ...(await taken(network.packages, [NETWORK_LOADER], look)),
    ],
    agent: {
      version: facts.base.agent,
      file: agent,
      linked: await taken(madeOf.toolchain, LINKED, look),
      quickjs: { source: madeOf.quickjs, about: await aboutSource(archive, madeOf.quickjs, tools) },
    },
    own: facts.files.filter(
      ({ kind, from }) => kind === 'file' && from !== 'agent' && !named.has(from),
    ),
  })
}

interface Look {
  readonly archive: Archive
  readonly known: readonly LockedPackage[]
  readonly step: Step
}

/** Every package that the lock or a section of the recipe names, each file once. */
function knownPackages(
  { lock }: Archive,
  opened: readonly LockedPackage[],
): readonly LockedPackage[] {
  const all = [...opened, ...Object.values(lock.sections).flatMap(({ packages }) => packages)]
  return [...new Map(all.map(entry => [entry.sha256, entry])).values()]
}

async function imagePackages({ facts, kernel }: BaseImages, look: Look): Promise<Ingredient[]> {
  const found: Ingredient[] = []
  for (const fact of facts.packages) {
    const isKernel = fact.name.startsWith('linux-image-')
    const files = facts.files.filter(({ kind, from }) => kind === 'file' && from === fact.name)
    const image = isKernel ? [{ path: 'vmlinuz', sha256: kernel.sha256 }] : []
    const use = isKernel ? 'kernel and its modules' : 'root file system'
    found.push({ ...(await ingredient(fact, use, look)), files: [...image, ...files] })
  }
  return found
}

async function taken(
  packages: readonly LockedPackage[],
  wanted: readonly Taken[],
  look: Look,
): Promise<Ingredient[]> {
  const found: Ingredient[] = []
  for (const { name, use } of wanted) {
    const entry = packages.find(locked => locked.name === name)
    if (entry === undefined) throw new Error(`the recipe brings no ${name}`)
    found.push(await ingredient(entry, use, look))
  }
  return found
}

async function ingredient(
  fact: Pick<Ingredient, 'name' | 'version' | 'sha256' | 'source'>,
  use: string,
  look: Look,
): Promise<Ingredient> {
  const { name, version, sha256, source } = fact
  const file = look.known.find(entry => entry.sha256 === sha256)?.file ?? ''
  const arch = /_([a-z0-9]+)\.deb$/.exec(file)?.[1] ?? 'amd64'
  return { name, version, sha256, source, arch, about: await about(fact, look), use, files: [] }
}

function about(wanted: AboutPackage, { archive, known, step }: Look) {
  const locked = known.find(({ sha256 }) => sha256 === wanted.sha256)
  return aboutPackage(archive, locked ?? wanted, known, step)
}
