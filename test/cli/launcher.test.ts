import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import anyTest, { type TestFn } from 'ava'

const root = join(import.meta.dirname, '../..')

// A clone with a space in its path, the real dependencies, a tool that is bundled fast, and a name
// for the programs of the host.
const OF_THE_LAUNCHER = [
  ...['director', 'package.json', 'package-lock.json', '.npmrc'],
  ...['src/cli/bundle.ts', 'src/kit/bundle.ts'],
]
const MAIN = 'src/cli/main.ts'
const SMALL_TOOL = `const words: readonly string[] = process.argv.slice(2)
if (words[0] === 'x') throw new Error('on purpose')
process.stdout.write('a small tool')
`
const test = anyTest as TestFn<{ clone: string; programs: string }>

test.beforeEach(t => {
  mkdirSync(join(root, 'out'), { recursive: true })
  const clone = mkdtempSync(join(root, 'out/a clone '))
  for (const name of OF_THE_LAUNCHER) cpSync(join(root, name), join(clone, name))
  writeFileSync(join(clone, MAIN), SMALL_TOOL)
  mkdirSync(join(clone, 'programs'))
  mkdirSync(join(clone, 'node_modules'))
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name.startsWith('.') && name !== '.bin') continue
    symlinkSync(join(root, 'node_modules', name), join(clone, 'node_modules', name))
  }
  cpSync(join(clone, 'package-lock.json'), join(clone, 'node_modules/.director-lock'))
  t.context = { clone, programs: join(clone, 'programs') }
})

test.afterEach.always(t => rmSync(t.context.clone, { recursive: true, force: true }))

interface Call {
  readonly from?: string
  readonly path?: string
}

function start(launcher: string, words: readonly string[], { from = '/', path }: Call = {}) {
  const env = { ...process.env, ...(path === undefined ? {} : { PATH: path }) }
  const { status, stdout, stderr } = spawnSync(launcher, words, {
    cwd: from,
    env,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

/** A program of the host that does what the script says. */
function program(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}

/** A Node that only tells its version: for what the launcher does before it starts the tool. */
function emptyNode(folder: string, version: string): void {
  program(folder, 'node', `[ "$1" != --version ] || echo ${version}`)
}

/** A PATH with the real tools of a shell, but only the named host programs. */
function pathWith(programs: string, names: readonly string[]): string {
  for (const name of names) {
    const { stdout } = spawnSync('which', [name], { encoding: 'utf8' })
    symlinkSync(stdout.trim(), join(programs, name))
  }
  return programs
}

const SHELL_TOOLS = [
  ...['dirname', 'readlink', 'cmp', 'find', 'sort', 'xargs', 'sha256sum', 'cut', 'mkdir', 'date'],
  ...['cat', 'id', 'sh', 'env', 'cp', 'flock'],
]

test('the tool works from another folder, through a symlink and with spaces in the path', t => {
  const { clone } = t.context
  cpSync(join(root, 'src'), join(clone, 'src'), { recursive: true })
  const link = join(clone, 'link to it')
  symlinkSync('director', link)
  const { status, stdout } = start(link, ['--help'], { from: '/' })
  t.is(status, 0)
  t.regex(stdout, /^Usage: director /)
})

test('the second start uses the bundle of the first, until the source changes', t => {
  const launcher = join(t.context.clone, 'director')
  const cache = join(t.context.clone, 'node_modules/.cache/director')
  t.is(start(launcher, ['--help']).stdout, 'a small tool')
  const bundles = readdirSync(cache)
  const { stderr } = start(launcher, ['--help'])
  t.is(stderr, '')
  t.is(bundles.length, 1)
  t.deepEqual(readdirSync(cache), bundles)
  writeFileSync(join(t.context.clone, MAIN), SMALL_TOOL.replace('a small', 'another'))
  t.is(start(launcher, ['--help']).stdout, 'another tool')
})

test('several starts of a clone that has no bundle yet all work', async t => {
  const launcher = join(t.context.clone, 'director')
  const codes = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise(resolve =>
          spawn(launcher, ['--help'], { stdio: 'ignore' }).on('exit', resolve),
        ),
    ),
  )
  t.deepEqual(codes, [0, 0, 0])
  t.is(readdirSync(join(t.context.clone, 'node_modules/.cache/director')).length, 1)
})

test('an error in the source names its file and line', t => {
  const { status, stderr } = start(join(t.context.clone, 'director'), ['x'])
  t.is(status, 1)
  t.regex(stderr, /on purpose/)
  t.regex(stderr, /src\/cli\/main\.ts:2:\d+/)
})

test('an old Node is refused with what was expected and found', t => {
  emptyNode(t.context.programs, 'v18.20.4')
  const path = pathWith(t.context.programs, SHELL_TOOLS)
  const { status, stderr } = start(join(t.context.clone, 'director'), ['--help'], { path })
  t.is(status, 1)
  t.regex(stderr, /Node 20\.19 or newer is needed\n {2}found: {4}v18\.20\.4 \(.*programs\/node\)/)
  t.regex(stderr, /to do: {4}install it from/)
})

for (const [version, status] of [
  ['v20.18.3', 1],
  ['v20.19.0', 0],
  ['v22.3.0', 0],
] as const) {
  test(`Node ${version} is ${status === 0 ? 'accepted' : 'refused'}`, t => {
    emptyNode(t.context.programs, version)
    const path = pathWith(t.context.programs, SHELL_TOOLS)
    t.is(start(join(t.context.clone, 'director'), ['--help'], { path }).status, status)
  })
}

test('no Node at all is said in one sentence', t => {
  const path = pathWith(t.context.programs, SHELL_TOOLS)
  const { status, stderr } = start(join(t.context.clone, 'director'), ['--help'], { path })
  t.is(status, 1)
  t.regex(stderr, /^error: Node 20\.19 or newer is needed, and no node is in PATH\n/)
})

test('a changed lock file installs the dependencies once, with one line and its time', t => {
  const { clone, programs } = t.context
  rmSync(join(clone, 'node_modules/.director-lock'))
  program(programs, 'npm', `echo "npm $*" >>"${clone}/called"; echo "npm warn noise"`)
  emptyNode(programs, 'v20.19.0')
  const path = `${programs}:${process.env.PATH}`
  const first = start(join(clone, 'director'), ['--help'], { path })
  t.regex(first.stderr, /^ok npm dependencies in \d+ s\n$/)
  t.is(first.status, 0)
  t.is(start(join(clone, 'director'), ['--help'], { path }).stderr, '')
  t.is(readFileSync(join(clone, 'called'), 'utf8'), 'npm ci --no-progress\n')
})

test('a failing npm is shown in full, with the path of its log', t => {
  const { clone, programs } = t.context
  rmSync(join(clone, 'node_modules/.director-lock'))
  program(programs, 'npm', 'echo "npm error network" >&2; exit 1')
  emptyNode(programs, 'v20.19.0')
  const path = `${programs}:${process.env.PATH}`
  const { status, stderr } = start(join(clone, 'director'), ['--help'], { path })
  t.is(status, 1)
  t.regex(stderr, /npm error network\nerror: npm dependencies failed, see .*\/npm\.log\n$/)
})

test("a user's own npm ci is as good as that of the launcher", t => {
  const { clone, programs } = t.context
  rmSync(join(clone, 'node_modules/.director-lock'))
  writeFileSync(join(clone, 'node_modules/.package-lock.json'), '{}')
  program(programs, 'npm', 'exit 1')
  emptyNode(programs, 'v20.19.0')
  const path = `${programs}:${process.env.PATH}`
  t.is(start(join(clone, 'director'), ['--help'], { path }).status, 0)
})

test('without root the missing host packages are named in one command', t => {
  const { clone, programs } = t.context
  program(programs, 'id', 'echo 1000')
  emptyNode(programs, 'v20.19.0')
  const tools = SHELL_TOOLS.filter(name => name !== 'id')
  const path = pathWith(programs, [...tools, 'apt-get'])
  hideSystemFolders(clone)
  const { status, stderr } = start(join(clone, 'director'), ['lab'], { path })
  t.is(status, 1)
  t.regex(stderr, /error: director lab needs host packages that are not installed: .*iproute2/)
  t.regex(stderr, / to do: {4}sudo apt-get install -y --no-install-recommends .*qemu-system-x86/)
})

for (const words of [
  ['lab', '--help'],
  ['validate', 'x'],
  ['test', '--only', 'check,unit'],
]) {
  test(`${words.join(' ')} needs none of the packages for machines`, t => {
    const { clone, programs } = t.context
    program(programs, 'id', 'echo 1000')
    emptyNode(programs, 'v20.19.0')
    const tools = SHELL_TOOLS.filter(name => name !== 'id')
    const path = pathWith(programs, [...tools, 'apt-get', 'dpkg-deb', 'perl', 'ssh-keygen'])
    hideSystemFolders(clone)
    t.is(start(join(clone, 'director'), words, { path }).status, 0)
  })
}

test('as root they are installed, after apt-get update where the lists are missing', t => {
  const { clone, programs } = t.context
  program(programs, 'id', 'echo 0')
  emptyNode(programs, 'v20.19.0')
  program(
    programs,
    'apt-get',
    `echo "$*" >>"${clone}/called"; case $1 in update) : >"${clone}/lists" ;; *) [ -e "${clone}/lists" ] ;; esac`,
  )
  const tools = SHELL_TOOLS.filter(name => name !== 'id')
  const path = pathWith(programs, [...tools, 'dpkg-deb', 'ip', 'unshare'])
  hideSystemFolders(clone)
  const { stderr } = start(join(clone, 'director'), ['lab', 'x'], { path })
  const install = 'install -y --no-install-recommends qemu-system-x86'
  t.is(readFileSync(join(clone, 'called'), 'utf8'), `${install}\nupdate\n${install}\n`)
  t.regex(stderr, /^ok host packages qemu-system-x86 in \d+ s\n/)
})

// The launcher looks into the system folders too, where this machine may have what we want missing.
function hideSystemFolders(clone: string): void {
  const file = join(clone, 'director')
  writeFileSync(file, readFileSync(file, 'utf8').replace('PATH=$PATH:/usr/sbin:/sbin\n', ''))
}
