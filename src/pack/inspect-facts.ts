import { readElfNeeds, readElfSection } from '../base/elf.ts'
import type { Lock, LockedSection } from '../base/lock.ts'
import { fail } from '../kit/problem.ts'
import type { NodeConfig } from '../model/node-config.ts'
import type { Bill } from '../sbom/cyclonedx.ts'
import type { ImageReader } from '../stamp/image-reader.ts'

type Facts = Readonly<Record<string, unknown>>

/** What may be shown of a node.json: no password hash, no key. */
export function configFacts(config: NodeConfig): Facts {
  const { cluster, node, shared_digest, interfaces, serial, vrrp, services, access } = config
  return {
    cluster,
    node: node.name,
    shared_digest,
    interfaces: interfaces.map(({ name, role, match, addresses }) => ({
      ...{ name, role, match, addresses },
    })),
    serial,
    instances: vrrp.instances.map(({ name, vrid, priority, addresses }) => ({
      ...{ name, vrid, priority, addresses },
    })),
    services: services.map(({ name, protocol, address, port, real_servers }) => ({
      ...{ name, protocol, address, port, real_servers: real_servers.length },
    })),
    authorized_keys: access.authorized_keys.length,
    console_password: access.console_password_hash !== undefined,
    ssh_host_key: access.ssh_host_key !== undefined,
  }
}

/** A manifest without its long lists. */
export function manifestFacts(manifest: Facts): Facts {
  const { files, packages, ...short } = manifest
  const nameOf = (entry: Facts) => `${entry['name']} ${entry['version']}`
  return {
    ...short,
    packages: Array.isArray(packages) ? packages.map(nameOf) : [],
    files: Array.isArray(files) ? files.length : 0,
  }
}

/** A bill of materials: a line a package, with its licences. */
export function billFacts(bill: Facts): Facts {
  const { serialNumber, specVersion, metadata, components } = bill as unknown as Bill
  const names = (licences: Bill['components'][number]['licenses']) =>
    (licences ?? []).map(({ license }) => ('id' in license ? license.id : license.name)).join(', ')
  return {
    image: metadata?.component?.name,
    serial_number: serialNumber,
    format: `CycloneDX ${specVersion}`,
    components: (Array.isArray(components) ? components : []).map(component => ({
      name: component.name,
      version: component.version ?? 'none',
      licences: names(component.licenses) || 'unknown',
      files: component.components?.length ?? 0,
    })),
  }
}

/** The manifest of collected sources: each with its version, and what is missing. */
export function sourcesFacts(manifest: Facts): Facts {
  const named = (list: unknown) =>
    (Array.isArray(list) ? list : []).map(one => `${one?.name} ${one?.version}`)
  const { image, sources, missing, not_asked } = manifest
  return {
    image,
    sources: named(sources),
    missing: named(missing),
    not_asked: named(not_asked),
  }
}

/** A lock of the recipe: how many packages each section has, and the sources. */
export function lockFacts(lock: Facts): Facts {
  const { schema, sections, sources } = lock as unknown as Partial<Lock>
  const count = ([name, section]: readonly [string, LockedSection]) => [
    name,
    `${section?.packages?.length ?? 0} packages`,
  ]
  return {
    schema,
    sections: Object.fromEntries(Object.entries(sections ?? {}).map(count)),
    sources: Object.fromEntries(
      Object.entries(sources ?? {}).map(([name, source]) => [name, source?.version]),
    ),
  }
}

/** The agent's ELF: its version is in a section of its own. */
export function elfFacts(content: Buffer, file: string): Facts {
  const section = readElfSection(content, '.director')
  if (section === undefined) {
    fail({
      code: 'file_unknown',
      message: 'the program is not the director agent',
      expected: 'an ELF file with the section .director',
      where: { file },
    })
  }
  return {
    version: Buffer.from(section).toString('latin1').replace(/\0.*$/s, ''),
    machine: content.readUInt16LE(18) === 62 ? 'x86_64' : `number ${content.readUInt16LE(18)}`,
    is_static: readElfNeeds(content)?.interpreter === undefined,
  }
}

const VERSION_BYTES = 256

/** The version string of a kernel: where it lies stands at 0x20e of the boot header, less 0x200. */
export async function kernelFacts(image: ImageReader): Promise<Facts> {
  const header = await image.read(0, Math.min(image.size, 0x220))
  const at = header.length < 0x210 ? 0 : header.readUInt16LE(0x20e) + 0x200
  if (at === 0x200 || at >= image.size) return { version: 'unknown' }
  const text = await image.read(at, Math.min(VERSION_BYTES, image.size - at))
  return { version: text.toString('latin1').replace(/\0.*$/s, '') }
}
