import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Toolbox } from '../base/base-system.ts'
import { openToolbox } from '../base/toolbox.ts'
import { projectFolder } from '../compose/agent-toolchain.ts'
import type { Steps } from '../kit/steps.ts'
import type { NodeConfig } from '../model/node-config.ts'
import { resolve } from '../model/resolve.ts'
import { type BuildResult, buildImages } from '../pack/build.ts'
import { type BootKind, stampOf, withPassword, writeMedia } from './boot-media.ts'
import type { LabOptions } from './lab.ts'
import { netbootNetwork, writeNetbootTree } from './netboot-server.ts'
import { makePassword } from './password.ts'
import { planLab } from './plan.ts'
import { requireRoot } from './root.ts'

export interface PrepareOptions {
  readonly clusterFile: string
  readonly boot: BootKind | 'pxe'
  readonly memory_mb: number
  readonly steps: Steps
  /** Where images go; absent: `out/` of the project. */
  readonly out?: string
  readonly mirror?: string
}

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
  const { boot, clusterFile, memory_mb, mirror, steps } = options
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
  }
  if (boot === 'pxe') return { ...common, ...(await preparePxe(build, nodes, tools, logs)) }
  return {
    ...common,
    media: (node: NodeConfig) => writeMedia(build, boot, node, stampOf(build, node), logs),
  }
}

async function preparePxe(
  build: BuildResult,
  nodes: readonly NodeConfig[],
  tools: Toolbox,
  logs: string,
): Promise<Pick<LabOptions, 'media' | 'netbootServer'>> {
  const folder = join(logs, 'netboot')
  writeNetbootTree(build, nodes, folder)
  const rom = await tools.path('usr/share/qemu/pxe-virtio.rom')
  const network = netbootNetwork(planLab(nodes))
  return {
    media: () => ({ kind: 'pxe', rom, network }),
    netbootServer: { dnsmasq: await tools.command('dnsmasq'), folder },
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
