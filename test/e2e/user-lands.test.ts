import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../src/base/cache.ts'
import { compareFiles } from '../../src/describe/compare.ts'
import { renderComparison } from '../../src/describe/render-comparison.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { buildImages } from '../../src/pack/build.ts'
import { requires } from '../support/requires.ts'
import { makeUserLand, type Release, runInside } from '../support/user-land.ts'

// Every file that a build writes, made on this machine with what its cache holds, and anew in two
// others: only the downloads are shared.
const e2e = requires('root', 'mirror', 'netns')
const PROJECT = join(import.meta.dirname, '../..')
const CLUSTER = 'examples/pair/cluster.yaml'
let folder: string
let here: string
let builds: Readonly<Record<Release, Promise<string>>>

e2e.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'director-user-lands-'))
  chmodSync(folder, 0o755)
  const built = await buildImages({
    clusterFile: join(PROJECT, CLUSTER),
    out: join(folder, 'here'),
    steps: quietSteps,
  })
  here = built.folder
  // Both at once: most of a build keeps one processor busy.
  builds = { bookworm: buildIn('bookworm'), trixie: buildIn('trixie') }
  // Whoever awaits one hears of its failure; the other is not lost before its turn.
  await Promise.allSettled(Object.values(builds))
})
e2e.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Elsewhere {
  /** From the true time. */
  readonly clock: string
  /** Where the project is in the user land. */
  readonly project: string
  readonly uid: number
  readonly umask: string
  readonly env: Readonly<Record<string, string>>
}

const ELSEWHERE: Readonly<Record<Release, Elsewhere>> = {
  bookworm: {
    ...{ clock: '+500d', project: '/srv/director', uid: 0, umask: '022' },
    env: { HOME: '/root', LANG: 'C.UTF-8', TZ: 'America/St_Johns', LC_ALL: 'C.UTF-8' },
  },
  trixie: {
    ...{ clock: '-1000d', project: '/home/a b/çalışma/director', uid: 1234, umask: '077' },
    env: {
      ...{ HOME: '/nowhere', LANG: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' },
      ...{ SOURCE_DATE_EPOCH: '1', USER: 'user', TMPDIR: '/tmp' },
    },
  },
}

/** Builds in a user land; the folder with what came of it. */
async function buildIn(release: Release): Promise<string> {
  const { clock, project, uid, umask, env } = ELSEWHERE[release]
  const root = join(folder, release)
  await makeUserLand(release, root, clock)
  copyProject(join(root, project), { uid, umask })
  const cache = '/var/cache/of the build'
  mkdirSync(join(root, cache), { recursive: true })
  chownSync(join(root, cache), uid, uid)
  const inside = {
    ...{ root, uid, umask, cwd: project },
    shown: {
      [`${project}/node_modules`]: join(PROJECT, 'node_modules'),
      [`${cache}/downloads`]: join(cacheFolder(), 'downloads'),
    },
    env: { ...env, DIRECTOR_CACHE: cache, TSX_DISABLE_CACHE: '1' },
  }
  await runInside(inside, [
    ...['--import', 'tsx', 'src/cli/main.ts', 'build', '--locked', CLUSTER],
    ...['--out', `${project}/made`],
  ])
  return join(root, project, 'made/pair')
}

/** A copy of what the tool needs of the project, of other owners, times and modes. */
function copyProject(place: string, { uid, umask }: Pick<Elsewhere, 'uid' | 'umask'>): void {
  const parts =
    'board examples images overlay recipes src package.json package-lock.json tsconfig.json LICENSE'
  mkdirSync(place, { recursive: true })
  for (const part of parts.split(' ')) {
    cpSync(join(PROJECT, part), join(place, part), { recursive: true })
  }
  const mask = ~Number.parseInt(umask, 8)
  for (const name of ['.', ...readdirSync(place, { recursive: true, encoding: 'utf8' })]) {
    const path = join(place, name)
    chmodSync(path, statSync(path).mode & mask & 0o777)
    chownSync(path, uid, uid)
    utimesSync(path, 1e9 + uid, 1e9 + uid)
  }
}

for (const [release, title] of [
  ['bookworm', 'root of a bookworm user land builds the same bytes in every file'],
  ['trixie', 'a user of a trixie user land builds the same bytes in every file'],
] as const) {
  e2e.serial(title, async t => {
    const there = await builds[release]
    const found = await compareFiles(here, there)
    t.true(found.same, renderComparison(found))
    t.true(readdirSync(there, { recursive: true }).length > 12)
  })
}
