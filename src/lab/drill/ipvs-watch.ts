/** The IPVS table of a node's kernel, as /proc shows it. */

import type { ServiceConfig } from '../../model/node-config.ts'
import { labProblem } from '../lab-problem.ts'
import { type Scene, shell } from './scene.ts'

const LOOKS_MIN = 20

/** As /proc/net/ip_vs writes an address and a port: `C0000264:0050`. */
export function inTable(address: string, port: number): string {
  const bytes = [...address.split('.').map(Number), port >> 8, port & 255]
  const hex = bytes.map(byte => byte.toString(16).toUpperCase().padStart(2, '0'))
  return `${hex.slice(0, 4).join('')}:${hex.slice(4).join('')}`
}

/** The entries of a service in the kernel's table, by address, with their weights. */
export async function tableOf(
  scene: Scene,
  name: string,
): Promise<Readonly<Record<string, number[]>>> {
  const { output } = await shell(scene, name, 'cat /proc/net/ip_vs')
  const table: Record<string, number[]> = {}
  let weights: number[] = []
  for (const line of output.split('\n')) {
    const [word = '', place = '', , weight] = line.trim().split(/\s+/)
    if (word === 'TCP' || word === 'UDP') {
      weights = []
      table[place] = weights
    } else if (word === '->') weights.push(Number(weight))
  }
  return table
}

/**
 * Looks without a pause whether a node's table has services and all their real servers. The
 * function that it gives ends that, and throws if one of them was absent in any look.
 */
export async function watchTable(scene: Scene, name: string, kept: readonly ServiceConfig[]) {
  const places = kept.flatMap(({ address, port, real_servers }) => [
    inTable(address, port),
    ...real_servers.map(server => inTable(server.address, server.port)),
  ])
  const tests = [...new Set(places)].map(place => `case $t in *${place}*) ;; *) m=1;; esac`)
  const look = `t=$(cat /proc/net/ip_vs); m=0; ${tests.join('; ')}`
  const script = `while [ -e /run/look ]; do ${look}; echo $m; done >/run/looks`
  await shell(scene, name, `touch /run/look; ( ${script} ) >/dev/null 2>&1 &`)
  return async () => {
    await shell(scene, name, 'rm /run/look; sleep 1')
    const { output } = await shell(scene, name, 'sort /run/looks | uniq -c')
    const looks = Object.fromEntries(
      output.split('\n').flatMap(line => {
        const [count, kind] = line.trim().split(/\s+/)
        return kind === undefined ? [] : [[kind, Number(count)] as const]
      }),
    )
    const { 0: whole = 0, 1: lacking = 0 } = looks
    if (whole < LOOKS_MIN || lacking > 0) {
      throw labProblem('lab_drill', `${name} lacked an entry in ${lacking} looks`, `of ${whole}`)
    }
  }
}
