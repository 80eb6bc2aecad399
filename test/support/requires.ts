import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import test, { type ExecutionContext, type Implementation } from 'ava'

/** What a test needs from the machine beyond Node. `command:NAME` is a program in PATH. */
export type Requirement = 'root' | 'qemu' | 'netns' | 'mirror' | `command:${string}`

/** The part of ava's `test` that a test with needs may use. */
export interface NeedyTest<Context> {
  (title: string, implementation: Implementation<[], Context>): void
  readonly serial: (title: string, implementation: Implementation<[], Context>) => void
  readonly before: (implementation: Implementation<[], Context>) => void
  readonly beforeEach: (implementation: Implementation<[], Context>) => void
  readonly afterEach: { readonly always: (implementation: Implementation<[], Context>) => void }
  readonly after: { readonly always: (implementation: Implementation<[], Context>) => void }
}

/**
 * A `test` for what the machine may not have: `const e2e = requires('root', 'qemu')`.
 *
 * Where something is missing the tests count as skipped and their titles say why. With `CI=true`
 * nothing is skipped: they fail, except for needs named in `DIRECTOR_TEST_MAY_LACK` (by commas).
 */
export function requires<Context = unknown>(...needs: readonly Requirement[]): NeedyTest<Context> {
  const lacking = needs.flatMap(need => {
    const reason = reasonLacking(need)
    return reason === undefined ? [] : [{ need, reason }]
  })
  if (lacking.length === 0) return test as NeedyTest<Context>
  const why = lacking.map(({ reason }) => reason).join(', ')
  return lacking.every(({ need }) => mayLack(need)) ? skipping(why) : failing(why)
}

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

function mayLack(need: Requirement): boolean {
  const allowed = (process.env.DIRECTOR_TEST_MAY_LACK ?? '').split(',')
  return process.env.CI !== 'true' || allowed.includes(need)
}

function skipping<Context>(why: string): NeedyTest<Context> {
  const { skip } = test
  return withoutHooks(title => skip(`${title} (skipped: ${why})`, () => undefined))
}

function failing<Context>(why: string): NeedyTest<Context> {
  return withoutHooks(title => {
    test(title, (t: ExecutionContext) => {
      t.fail(`this machine ${why}, and with CI=true nothing is skipped`)
    })
  })
}

function withoutHooks<Context>(declare: (title: string) => void): NeedyTest<Context> {
  const ignore = () => undefined
  return Object.assign((title: string) => declare(title), {
    serial: (title: string) => declare(title),
    before: ignore,
    beforeEach: ignore,
    afterEach: { always: ignore },
    after: { always: ignore },
  })
}
