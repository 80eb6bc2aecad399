import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openToolbox } from '../base/toolbox.ts'
import { projectFolder } from '../compose/agent-toolchain.ts'
import type { Steps } from '../kit/steps.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { resolve } from '../model/resolve.ts'
import { type BuildResult, buildImages } from '../pack/build.ts'
import { type BootKind, stampOf, withPassword, writeMedia } from './boot-media.ts'
import type { LabOptions } from './lab.ts'
import { makePassword } from './password.ts'
import { prepareNetboot } from './prepare-netboot.ts'
import { requireRoot } from './root.ts'

export interface PrepareOptions {
  readonly clusterFile: string
  readonly boot: BootKind | 'pxe' | 'http'
  /** By the node's name; absent: BIOS everywhere. */
  readonly firmware?: (node: string) => Firmware
  readonly memory_mb: number
  readonly steps: Steps
  /** Whether the lab says who owned what, and when. */
  readonly isObserved?: boolean
  /** Where images go; absent: `out/` of the project. */
  readonly out?: string
  readonly mirror?: string
}

export type Firmware = 'bios' | 'uefi'

/** A lab that may be started, and the images that its machines boot. */
export interface PreparedLab extends LabOptions {
  readonly build: BuildResult
}

/** What the lab boots with unless another size is asked for: a small machine of today. */
export const DEFAULT_MEMORY_MB = 256

// Older runs' logs and captures than the last so many are removed.
const RUNS_KEPT = 10

/** Builds the images and the tools where needed, and stamps the images for this run. */
export async function prepareLab(options: PrepareOptions): Promise<PreparedLab> {
  requireRoot()
  const { boot, clusterFile, firmware = () => 'bios', memory_mb, mirror, steps } = options
  const source = mirror === undefined ? {} : { mirror }
  const out = options.out ?? join(projectFolder, 'out')
  const build = await buildImages({ clusterFile, out, steps, ...source })
  const tools = await openToolbox('lab', { steps, locked: false, ...source })
  const { password, hash } = makePassword()
  const nodes = withPassword(resolve(build.cluster), hash)
  const logs = openLogs(build.cluster.name)
  const [nginx = '', ...nginxArguments] = await tools.command('nginx')
  const common = {
    build,
    nodes,
    password,
    memory_mb,
    logs,
    steps,
    nginx: [nginx, ...nginxArguments] as const,
    ...(options.isObserved === true
      ? {
          observers: { ping: await tools.command('ping'), tcpdump: await tools.command('tcpdump') },
        }
      : {}),
  }
  const program = await tools.path('usr/share/ovmf/OVMF.fd')
  const uefi = ({ node }: NodeConfig) => (firmware(node.name) === 'uefi' ? { uefi: program } : {})
  if (boot === 'pxe' || boot === 'http') {
    const loaders = await openToolbox('loaders', { steps, locked: false, ...source })
    const network = { build, nodes, tools, loaders, logs, protocol: boot, uefi }
    return { ...common, ...(await prepareNetboot(network)) }
  }
  return {
    ...common,
    media: async (node: NodeConfig) => ({
      ...(await writeMedia(build, boot, node, stampOf(build, node), logs)),
      ...uefi(node),
    }),
  }
}

function openLogs(cluster: string): string {
  const parent = join(projectFolder, 'out/lab')
  mkdirSync(parent, { recursive: true })
  const now = new Date().toISOString().replaceAll(/[-:]|\..*/g, '')
  const old = readdirSync(parent).filter(name => /^\d{8}T/.test(name))
  for (const name of old.sort().slice(0, 1 - RUNS_KEPT)) {
    rmSync(join(parent, name), { recursive: true, force: true })
  }
  const folder = join(parent, `${now}-${cluster}-${process.pid}`)
  mkdirSync(folder, { mode: 0o700 })
  return folder
}
