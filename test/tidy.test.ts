import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { commands } from '../src/cli/commands.ts'
import {
  type Import,
  importsOf,
  listSources,
  quotedIn,
  root,
  type Source,
  tableBelow,
} from './support/sources.ts'

// The house rules. What a rule finds is printed as path:line, so that an editor opens it.
const sources = listSources()
const scripts = sources.filter(({ path }) => /\.[jt]s$/.test(path))
const inSrc = scripts.filter(({ path }) => path.startsWith('src/'))
const documents = sources.filter(({ path }) => path.endsWith('.md'))
const architecture = textOf('docs/architecture.md')

function textOf(path: string): string {
  return sources.find(source => source.path === path)?.text ?? ''
}

/** Fails with every place where the pattern stands. */
function bans(
  t: ExecutionContext,
  files: readonly Source[],
  pattern: RegExp,
  allowed: readonly string[] = [],
): void {
  const places = files
    .filter(({ path }) => !allowed.includes(path) && path !== 'test/tidy.test.ts')
    .flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line}`] : [])),
    )
  t.deepEqual(places, [])
}

const below = (...folders: readonly string[]) =>
  inSrc.filter(({ path }) => folders.some(folder => path.startsWith(`src/${folder}/`)))

// --- Imports -----------------------------------------------------------------------------------

// The agent's parts count as rooms of their own: their table says what each may import.
function roomOf(path: string): string {
  const parts = path.split('/').slice(1, -1)
  return parts[0] === 'agent' ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

function allowedImports(): ReadonlyMap<string, readonly string[]> {
  const rows = [
    ...tableBelow(architecture, '## Rooms in `src/`'),
    ...tableBelow(architecture, '### The parts of the agent'),
  ]
  const withoutSlash = (name: string) => name.replace(/\/$/, '')
  return new Map(
    rows.map(([names = '', , may = '']) => [
      withoutSlash(quotedIn(names)[0] ?? ''),
      may === 'everything' ? ['*'] : quotedIn(may).map(withoutSlash),
    ]),
  )
}

function isAllowed({ from, to, isType }: Import, may: readonly string[]): boolean {
  const [own, other] = [roomOf(from.path), roomOf(to)]
  if (own === other || may.includes('*')) return true
  if (other === 'agent' && own.startsWith('agent/') && (isType || isGround(to))) return true
  if (may.includes(other) || may.includes(to.replace('src/', ''))) return true
  return isType && may.includes(`${other} types`)
}

// A file of agent/ itself that needs no part of the agent when it runs.
function isGround(path: string): boolean {
  return scripts
    .filter(source => source.path === path)
    .flatMap(importsOf)
    .every(({ to, isType }) => isType || !roomOf(to).startsWith('agent/'))
}

test('a room imports only from the rooms that the architecture gives it', t => {
  const allowed = allowedImports()
  const wrong = inSrc.flatMap(source =>
    importsOf(source)
      .filter(({ to }) => to.startsWith('src/'))
      .filter(found => !isAllowed(found, allowed.get(roomOf(source.path)) ?? []))
      .map(({ to, isType }) => `${source.path} imports ${isType ? 'types of ' : ''}${to}`),
  )
  t.deepEqual(wrong, [])
})

test('every room of src is in the architecture, and every room there is in src', t => {
  const rooms = new Set(inSrc.map(({ path }) => roomOf(path)))
  t.deepEqual([...rooms].sort(), [...allowedImports().keys()].sort())
})

test('the tool does not import the tests', t => {
  bans(t, inSrc, /from '[./]+\/test\//)
})

test('each file of src and test/support is used by another one', t => {
  const used = new Set(scripts.flatMap(importsOf).map(({ to }) => to))
  const isNamed = (path: string) =>
    sources.some(
      source => source.path !== path && source.text.includes(path.split('/').slice(-2).join('/')),
    )
  const dead = scripts
    .map(({ path }) => path)
    .filter(path => /^(src|test\/support)\//.test(path) && !path.endsWith('.test.ts'))
    .filter(path => !used.has(path) && !isNamed(path))
  t.deepEqual(dead, [])
})

test('a file of src that only tests use is dead too', t => {
  const used = new Set(inSrc.flatMap(importsOf).map(({ to }) => to))
  const isNamed = (path: string) =>
    sources.some(
      ({ path: other, text }) =>
        !/^(test|docs)\//.test(other) && other !== path && text.includes(path.slice(4)),
    )
  const dead = inSrc
    .map(({ path }) => path)
    .filter(path => !used.has(path) && !isNamed(path) && !path.endsWith('.d.ts'))
  t.deepEqual(dead, [])
})

// --- Names -------------------------------------------------------------------------------------

const core = inSrc.filter(({ path }) => /^src\/agent\//.test(path))

test('the agent and the simulator know no clock, no chance and nothing of Node', t => {
  const files = [...core, ...below('sim')]
  bans(t, files, /\b(Date|performance)\b[.(]|new Date|Math\.random|randomUUID|getRandomValues/)
  bans(t, core, /from 'node:|\brequire\(|\bprocess\.|\bBuffer\b/)
  bans(t, core, /\bMath\.(pow|exp|log\w*|sin|cos|tan)\b|[\w)] \*\* [\w(]/)
})

test('only what works with the real world waits for real time', t => {
  const files = inSrc.filter(({ path }) => !/^src\/(cli|flash|kit|lab|base|serve)\//.test(path))
  bans(t, files, /\bset(Timeout|Interval)\(/)
})

test('no module has a default export or passes on another one', t => {
  const files = scripts.filter(({ path }) => !path.endsWith('ava.config.js'))
  bans(t, files, /^export (default\b|\* from)/)
  t.deepEqual(
    files.filter(({ path }) => /\/(utils?|helpers?|common|misc)\b/.test(path)),
    [],
  )
})

test('nothing is left for later on main, and no test is turned off', t => {
  bans(t, sources, /\b(TODO|FIXME|XXX|HACK)\b/)
  bans(t, scripts, /\b\w*(test|serial)\.(skip|todo|failing|only)\(/)
})

test('the project names no place of the machine that it was written on', t => {
  // What runs in a guest has a /tmp of its own.
  const files = sources.filter(({ path }) => !/^(overlay|test\/fixtures)\//.test(path))
  bans(t, files, /(^|[\s'"`=(:])\/(work|tmp)\/[\w.-]/, ['src/lab/console.ts'])
  bans(t, sources, /\b(deb|ftp|mirrors?|registry|repo)\.[\w-]+\.(org|com|net|io|cn|dev)\b/)
  bans(t, sources, /\bnpmmirror\b|\bartifactory\b|\bnexus\b/i)
})

// --- Size --------------------------------------------------------------------------------------

// Above 250 lines only a table or a codec: each with what it is.
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/model/cluster-spec.ts': 'made from the schema',
  'src/model/node-config.ts': 'made from the schema',
}

test('a file is short, unless it is a table or a codec', t => {
  const long = sources
    .filter(({ path }) => /\.([jt]s|c|h|sh)$|^director$/.test(path))
    .filter(({ path, lines }) => lines.length > 250 && LONG_FILES[path] === undefined)
    .filter(({ path }) => !path.startsWith('test/'))
    .map(({ path, lines }) => `${path}: ${lines.length} lines`)
  t.deepEqual(long, [])
  t.deepEqual(
    Object.keys(LONG_FILES).filter(path => !existsSync(join(root, path))),
    [],
  )
})

test('lines have at most 100 columns, but for a text that cannot be broken', t => {
  const files = sources.filter(
    ({ path }) => /\.([jt]s|c|h|sh)$|^director$/.test(path) && !/^test\/fixtures\//.test(path),
  )
  const isComment = (line: string) => /^\s*(\/\*|\*|\/\/)/.test(line)
  const long = files.flatMap(({ path, lines }) =>
    lines
      .map((line, index) => ({ line, place: `${path}:${index + 1} ${line}` }))
      .filter(({ line }) => line.length > 100 && (isComment(line) || !/['"`/]/.test(line)))
      .map(({ place }) => place),
  )
  t.deepEqual(long, [])
})

test('a function has at most 70 lines', t => {
  const long = inSrc.flatMap(({ path, lines }) =>
    lines.flatMap((line, start) => {
      if (!/^(export )?(async )?function\b/.test(line)) return []
      const length = lines.slice(start).indexOf('}') + 1
      return length > 70 ? [`${path}:${start + 1} has ${length} lines`] : []
    }),
  )
  t.deepEqual(long, [])
})

test('every public function says what it does', t => {
  const silent = inSrc.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      /^export (async )?function\*? (?!configure\()/.test(line) &&
      !/\*\/$/.test(lines[index - 1] ?? '') &&
      // An overload has its comment above the first one.
      !/^export (async )?function/.test(lines[index - 1] ?? '')
        ? [`${path}:${index + 1} ${line}`]
        : [],
    ),
  )
  t.deepEqual(silent, [])
})

// --- Tests, fixtures and documents --------------------------------------------------------------

test('a test has the path of what it tests', t => {
  const orphans = scripts
    .filter(({ path }) => /^test\/.*\.test\.ts$/.test(path))
    .map(({ path }) => path)
    .filter(path => !/^test\/(netns|e2e|long|sim|bench|support)\/|^test\/tidy/.test(path))
    .filter(path => !existsTested(path))
  t.deepEqual(orphans, [])
})

// What is tested is a file or a folder of src, a launcher, a script of the overlay, a document.
function existsTested(path: string): boolean {
  const stem = path.replace(/^test\//, '').replace(/\.test\.ts$/, '')
  const places = [`src/${stem}.ts`, `src/${stem}`, stem, `docs/${stem}.md`]
  return path === 'test/cli/launcher.test.ts' || places.some(place => existsSync(join(root, place)))
}

test('each fixture says where it comes from: a script in its folder, or a head', t => {
  const fixtures = sources.filter(({ path }) => path.startsWith('test/fixtures/'))
  const scripted = new Set(
    fixtures
      .map(({ path }) => path)
      .filter(path => /\/make\b[^/]*\.(sh|ts|js|py)$/.test(path))
      .map(path => dirname(path)),
  )
  const isScripted = (path: string): boolean =>
    path !== '.' && (scripted.has(path) || isScripted(dirname(path)))
  const bare = fixtures
    .filter(({ path, text }) => !isScripted(dirname(path)) && !/^(#|\/\/|\/\*|<!--)/.test(text))
    .map(({ path }) => path)
  t.deepEqual(bare, [])
})

test('the launcher brings every program that a test needs', t => {
  const brought = textOf('director')
  const needs = scripts
    .filter(({ path }) => path.startsWith('test/') && path !== 'test/support/requires.test.ts')
    .flatMap(({ text }) => [...text.matchAll(/'command:([\w-]+)'/g)])
    .map(([, name = '']) => name)
  const missing = [...new Set(needs)].filter(name => name !== 'sh' && !brought.includes(`${name}=`))
  t.deepEqual(missing, [])
})

test('the links of the documents lead somewhere', t => {
  const dead = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s#]+)(#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter(target => !/^[a-z]+:/.test(target))
      .filter(target => !existsSync(join(root, normalize(join(dirname(path), target)))))
      .map(target => `${path} links to ${target}`),
  )
  t.deepEqual(dead, [])
})

test('every document is reached from the README', t => {
  const reached = new Set(['README.md'])
  for (const path of reached) {
    for (const [, target = ''] of textOf(path).matchAll(/\]\(([^)\s#:]+\.md)(#[^)]*)?\)/g)) {
      reached.add(normalize(join(dirname(path), target)))
    }
  }
  const lost = documents.map(({ path }) => path).filter(path => !reached.has(path))
  t.deepEqual(lost, [])
})

test('the commands that the documents show exist', t => {
  const { scripts: npm } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const known = [...commands.map(({ name }) => name), 'help', 'COMMAND']
  const wrong = documents.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const place = `${path}:${index + 1} ${line}`
      const ours = [...line.matchAll(/(?:^|[\s`(])\.\/director (\w+)/g)]
      const run = [...line.matchAll(/\bnpm run ([\w:]+)/g)]
      return ours.some(([, name = '']) => !known.includes(name)) ||
        run.some(([, name = '']) => npm[name] === undefined)
        ? [place]
        : []
    }),
  )
  t.deepEqual(wrong, [])
})

test('each rule and each reason of the agent is in a test and in a document', t => {
  const names = new Set(core.flatMap(({ text }) => [...rulesIn(text), ...reasonsIn(text)]))
  const tests = scripts.filter(({ path }) => path.startsWith('test/')).map(({ text }) => text)
  const docs = documents.map(({ text }) => text)
  const isIn = (texts: readonly string[], name: string) =>
    texts.some(text => new RegExp(`(^|[^\\w])${name}([^\\w]|$)`, 'm').test(text))
  t.deepEqual(
    [...names].filter(name => !isIn(tests, name)),
    [],
    'without a test',
  )
  t.deepEqual(
    [...names].filter(name => !isIn(docs, name)),
    [],
    'without a document',
  )
})

function rulesIn(text: string): readonly string[] {
  return [...text.matchAll(/\bid: '([A-Z]\d+)'/g)].map(([, id = '']) => id)
}

function reasonsIn(text: string): readonly string[] {
  return [...text.matchAll(/\breason: '(\w+)'/g)].map(([, reason = '']) => reason)
}
