import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Running, Segment } from './segment.ts'

/** One `vrrp_instance` on `front`. */
export interface KeepalivedInstance {
  /** Absent: `front`. */
  readonly name?: string
  /** Absent: 10. */
  readonly vrid?: number
  readonly priority: number
  readonly vips: readonly string[]
  /** Held like the VIPs, and not named in adverts. */
  readonly excluded?: readonly string[]
  /** Absent: 1000. */
  readonly interval_ms?: number
  /** Further lines. Absent: version 3 with a virtual MAC. */
  readonly lines?: readonly string[]
}

interface KeepalivedStart {
  /** The words that start it: `programs.keepalived`, or `keepalivedOf` another release. */
  readonly program: readonly string[]
  readonly instances: readonly KeepalivedInstance[]
  /** Lines of `global_defs`. */
  readonly globals?: readonly string[]
}

/** Starts keepalived on a machine; what an earlier one there left behind is no hindrance. */
export function startKeepalived(
  segment: Segment,
  machine: string,
  { program, instances, globals = [] }: KeepalivedStart,
): Running {
  const file = join(segment.folder, `${machine}.conf`)
  writeFileSync(file, [block('global_defs', globals), ...instances.map(instanceText)].join('\n'))
  const pid = (name: string) => join(segment.folder, `${machine}.${name}.pid`)
  for (const name of ['keepalived', 'vrrp']) rmSync(pid(name), { force: true })
  return segment.start(machine, [
    ...program,
    ...['--dont-fork', '--log-console', '--vrrp', '--use-file', file],
    ...['--pid', pid('keepalived'), '--vrrp_pid', pid('vrrp')],
  ])
}

function instanceText(instance: KeepalivedInstance): string {
  const { name = 'front', vrid = 10, priority, interval_ms = 1000, vips, excluded } = instance
  return block(`vrrp_instance ${name}`, [
    'state BACKUP',
    'interface front',
    `virtual_router_id ${vrid}`,
    `priority ${priority}`,
    `advert_int ${interval_ms / 1000}`,
    ...(instance.lines ?? ['version 3', 'use_vmac']),
    block('virtual_ipaddress', vips),
    block('virtual_ipaddress_excluded', excluded ?? []),
  ])
}

const block = (head: string, lines: readonly string[]) =>
  lines.length === 0 ? '' : `${head} {\n${lines.join('\n')}\n}\n`
