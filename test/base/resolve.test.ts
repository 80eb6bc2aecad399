import test from 'ava'
import type { AptRoot } from '../../src/base/apt-root.ts'
import type { Recipe } from '../../src/base/recipe.ts'
import { findSourceVersion } from '../../src/base/resolve.ts'

const ARCHIVES = { debian: { pool: 'pool/' }, 'debian-security': { pool: 'pool/updates/' } }
const recipe = { archives: ARCHIVES } as unknown as Recipe
const [DSC, OTHER_DSC, ORIG] = ['a', 'b', 'c'].map(letter => letter.repeat(64))

/** What `apt-cache showsrc` prints: an update, the same in a point release, and an older one. */
const LISTED = `
Package: zlib
Version: 1:1.3-1+deb13u1
Directory: pool/updates/main/z/zlib
Checksums-Sha256:
 ${DSC} 3271 zlib_1.3-1+deb13u1.dsc
 ${ORIG} 1325737 zlib_1.3.orig.tar.gz

Package: zlib
Version: 1:1.3-1+deb13u1
Directory: pool/main/z/zlib
Checksums-Sha256:
 ${DSC} 3271 zlib_1.3-1+deb13u1.dsc
 ${ORIG} 1325737 zlib_1.3.orig.tar.gz

Package: zlib
Version: 1:1.3-1
Directory: pool/main/z/zlib
Checksums-Sha256:
 ${OTHER_DSC} 2637 zlib_1.3-1.dsc
 ${ORIG} 1325737 zlib_1.3.orig.tar.gz
`.trimStart()

test('a source of one version is found, with every other place that has the same bytes', async t => {
  const apt = { run: async () => LISTED } as unknown as AptRoot
  const found = await findSourceVersion(apt, recipe, { name: 'zlib', version: '1:1.3-1+deb13u1' })
  t.deepEqual(
    found?.source.files.map(({ archive, file }) => [archive, file]),
    [
      ['debian-security', 'pool/updates/main/z/zlib/zlib_1.3-1+deb13u1.dsc'],
      ['debian-security', 'pool/updates/main/z/zlib/zlib_1.3.orig.tar.gz'],
    ],
  )
  t.deepEqual(
    found?.elsewhere.map(({ archive, file }) => `${archive} ${file}`),
    [
      'debian pool/main/z/zlib/zlib_1.3-1+deb13u1.dsc',
      'debian pool/main/z/zlib/zlib_1.3.orig.tar.gz',
    ],
  )
  const none = await findSourceVersion(apt, recipe, { name: 'zlib', version: '1:1.2-1' })
  t.is(none, undefined)
})
