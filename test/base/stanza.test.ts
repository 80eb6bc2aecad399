import test from 'ava'
import { parseStanzas, wordsOf } from '../../src/base/stanza.ts'

test('paragraphs are told apart by empty lines, and comments are left out', t => {
  const text = '# head\nPackage: a\nVersion: 1\n\n \n\nPackage: b\n# inside\nDepends: c,\n d\n'
  const stanzas = parseStanzas(text)
  t.deepEqual(
    stanzas.map(stanza => [...stanza]),
    [
      [
        ['package', 'a'],
        ['version', '1'],
      ],
      [
        ['package', 'b'],
        ['depends', 'c,\nd'],
      ],
    ],
  )
})

test('field names are the same in any case, line ends in any system', t => {
  const [stanza] = parseStanzas('URIs: http://a\r\n http://b\r\n')
  t.deepEqual(stanza && wordsOf(stanza, 'Uris'), ['http://a', 'http://b'])
})

test('lines that are no fields change nothing', t => {
  t.deepEqual(parseStanzas('no colon here\n: no name\n continued\n'), [])
})
