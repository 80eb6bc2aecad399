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
import type { ExecutionContext } from 'ava'
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

e2e.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'director-user-lands-'))
  chmodSync(folder, 0o755)
  const built = await buildImages({
    clusterFile: join(PROJECT, CLUSTER),
    out: join(folder, 'here'),
    steps: quietSteps,
  })
  here = built.folder
})
e2e.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Elsewhere {
  readonly release: Release
  /** From the true time. */
  readonly clock: string
  /** Where the project is in the user land. */
  readonly project: string
  readonly uid: number
  readonly umask: string
  readonly env: Readonly<Record<string, string>>
}

/** Builds in a user land and holds every file against those of this machine. */
async function buildsTheSame(t: ExecutionContext, elsewhere: Elsewhere): Promise<void> {
  const { release, clock, project, uid, umask, env } = elsewhere
  const root = join(folder, release)
  await makeUserLand(release, root, clock)
  copyProject(join(root, project), elsewhere)
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
  const there = join(root, project, 'made/pair')
  const found = await compareFiles(here, there)
  t.true(found.same, renderComparison(found))
  t.true(readdirSync(there, { recursive: true }).length > 12)
}

/** A copy of what the tool needs of the project, of other owners, times and modes. */
function copyProject(place: string, { uid, umask }: Elsewhere): void {
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

e2e.serial('root of a bookworm user land builds the same bytes in every file', async t => {
  const env = { HOME: '/root', LANG: 'C.UTF-8', TZ: 'America/St_Johns', LC_ALL: 'C.UTF-8' }
  const place = { clock: '+500d', project: '/srv/director', uid: 0, umask: '022' }
  await buildsTheSame(t, { release: 'bookworm', ...place, env })
})

e2e.serial('a user of a trixie user land builds the same bytes in every file', async t => {
  const env = {
    ...{ HOME: '/nowhere', LANG: 'tr_TR.UTF-8', TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' },
    ...{ SOURCE_DATE_EPOCH: '1', USER: 'user', TMPDIR: '/tmp' },
  }
  const place = { clock: '-1000d', project: '/home/a b/çalışma/director', uid: 1234, umask: '077' }
  await buildsTheSame(t, { release: 'trixie', ...place, env })
})
