import { relative } from 'node:path'
import type { Command } from 'commander'
import { renderProblem } from '../../kit/problem.ts'
import type { BuildResult } from '../../pack/build.ts'
import { buildImages } from '../../pack/build.ts'
import { printJson } from '../answer.ts'
import { sizeText } from '../size.ts'
import { withSteps } from '../work.ts'

interface Options {
  readonly out: string
  readonly locked?: boolean
  readonly mirror?: string
  readonly json?: boolean
  readonly verbose?: boolean
}

/** `director build`: images for every node of a cluster. */
export function configure(command: Command): void {
  command
    .argument('<cluster>', 'the cluster file')
    .option('--out <folder>', "where the folder with the cluster's name goes", 'out')
    .option('--locked', 'refuse package versions other than those of the lock')
    .option('--mirror <url>', "root of a Debian mirror; default: the host's own")
    .option('--json', 'print what was made as JSON')
    .option('--verbose', 'show what the log shows')
    .action(run)
}

async function run(clusterFile: string, options: Options): Promise<void> {
  const { out, locked = false, mirror, json = false, verbose = false } = options
  const result = await withSteps({ command: 'build', json, verbose }, steps =>
    buildImages({ clusterFile, out, locked, steps, ...(mirror === undefined ? {} : { mirror }) }),
  )
  if (json) return printJson(answer(result))
  for (const warning of result.cluster.warnings) {
    process.stderr.write(`${renderProblem(warning).replace(/^error/, 'warning')}\n`)
  }
  process.stdout.write(`${summary(result)}\n`)
}

function answer({ cluster, ...result }: BuildResult): object {
  const {
    baseFlash,
    baseIso,
    baseSha256,
    files,
    fleetIso,
    folder,
    manifest,
    netboot,
    nodes,
    removed,
  } = result
  return {
    ok: true,
    cluster: cluster.name,
    folder,
    base_sha256: baseSha256,
    base_iso: baseIso,
    base_flash: baseFlash,
    ...(fleetIso === undefined ? {} : { fleet_iso: fleetIso }),
    netboot,
    nodes,
    manifest,
    files,
    removed,
    warnings: cluster.warnings,
  }
}

function summary({ cluster, folder, files, fleetIso, netboot, nodes }: BuildResult): string {
  const place = shortPath(folder)
  const lines = files.map(({ path, size }) => `  ${path.padEnd(30)} ${sizeText(size).padStart(9)}`)
  const iso = `${place}/iso/${nodes[0]?.name}.iso`
  return [
    `${place}/`,
    ...lines,
    'iso/, flash/, nodes/ and netboot/nodes/ hold secrets: only you can read them.',
    '',
    `boot from CD or virtual media: ${iso}, each node its own`,
    ...(fleetIso === undefined ? [] : [`one image for all nodes:       ${shortPath(fleetIso)}`]),
    `write a USB stick (erases it): dd if=${iso} of=/dev/STICK bs=1M conv=fsync`,
    `write a disk (erases it):      dd if=${place}/flash/${nodes[0]?.name}.img of=/dev/DISK bs=1M conv=fsync`,
    `boot from the network:         ./director serve ${place}, and ${shortPath(netboot.folder)}/dnsmasq.conf`,
    `try the pair on this machine:  ./director lab ${shortPath(cluster.path)}`,
  ].join('\n')
}

/** A path as a person would type it here. */
function shortPath(path: string): string {
  const short = relative('', path) || '.'
  return short.startsWith('..') ? path : short
}
