import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** What a test needs from the machine beyond Node. `command:NAME` is a program in PATH. */
export type Requirement = 'root' | 'qemu' | 'netns' | 'mirror' | 'xfs' | `command:${string}`

/** Why this machine does not meet the need, or undefined if it does. */
export function reasonLacking(need: Requirement): string | undefined {
  const known = answers.get(need)
  if (known !== undefined) return known.reason
  const reason = look(need)
  answers.set(need, { reason })
  return reason
}

const answers = new Map<Requirement, { readonly reason: string | undefined }>()

function look(need: Requirement): string | undefined {
  switch (need) {
    case 'root':
      return process.getuid?.() === 0 ? undefined : 'needs root'
    case 'qemu':
      return lookForCommand('qemu-system-x86_64')
    case 'netns':
      return lookForCommand('ip') ?? lookForNamespaces()
    case 'mirror':
      return lookForMirror()
    case 'xfs':
      return lookForXfs()
    default:
      return lookForCommand(need.slice('command:'.length))
  }
}

function lookForCommand(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  const isThere = folders.some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  return isThere ? undefined : `needs the program ${name}`
}

function lookForNamespaces(): string | undefined {
  const { status } = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'])
  return status === 0 ? undefined : 'needs the right to make network namespaces'
}

function lookForXfs(): string | undefined {
  const known = readFileSync('/proc/filesystems', 'utf8')
  const isThere = /\txfs\n/.test(known) && existsSync('/dev/loop-control')
  return isThere ? lookForCommand('mount') : 'needs XFS and loop devices in the kernel'
}

// apt's own helper, since it knows the host's proxy and authentication settings.
function lookForMirror(): string | undefined {
  // Unlike `indextargets` this answers on a host that has no index yet.
  const planned = spawnSync('apt-get', ['--print-uris', 'update'], { encoding: 'utf8' })
  const site = /^'(https?:\S+)\/dists\//m.exec(planned.stdout ?? '')?.[1]
  if (site === undefined) return 'needs a package mirror in the configuration of apt'
  const file = join(tmpdir(), `director-mirror-${process.pid}`)
  const url = `${site}/dists/trixie/InRelease`
  const { status } = spawnSync('/usr/lib/apt/apt-helper', ['download-file', url, file], {
    timeout: 30_000,
  })
  spawnSync('rm', ['-f', file, `${file}.FAILED`])
  return status === 0 ? undefined : 'needs a package mirror that answers'
}
