import test from 'ava'
import { cleanPath, comparePaths, linkTarget, parentOf } from '../../src/tree/path.ts'

test('a path loses leading slashes, dots and trailing slashes', t => {
  t.deepEqual(['./a/b/', '/a//b', 'a/./b', './', '/'].map(cleanPath), ['a/b', 'a/b', 'a/b', '', ''])
})

test('a path that climbs out of its tree is refused', t => {
  for (const path of ['../a', 'a/../../b', 'a/..', 'a\0b']) t.throws(() => cleanPath(path))
})

test('the parent of a path at the top is the root', t => {
  t.deepEqual(['a/b/c', 'a', ''].map(parentOf), ['a/b', '', ''])
})

test('paths are in byte order, not in that of UTF-16', t => {
  // U+FF5E sorts after U+1F600 by UTF-16 unit and before it by UTF-8 byte.
  t.deepEqual(['\u{1f600}', '\uff5e', 'a/b', 'a-b'].sort(comparePaths), [
    'a-b',
    'a/b',
    '\uff5e',
    '\u{1f600}',
  ])
})

test('a link is read from the folder that holds it', t => {
  t.is(linkTarget('usr/lib/libz.so.1', 'libz.so.1.3'), 'usr/lib/libz.so.1.3')
  t.is(linkTarget('usr/lib/x', '../share/x'), 'usr/share/x')
  t.is(linkTarget('usr/lib/x', '/etc/x'), 'etc/x')
})
