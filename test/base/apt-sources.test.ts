import test from 'ava'
import { parseDeb822Sources, parseOneLineSources } from '../../src/base/apt-sources.ts'

const source = (uri: string, suite: string, ...components: string[]) => ({ uri, suite, components })

const oneLine: readonly [string, string, readonly unknown[]][] = [
  [
    'a plain line',
    'deb http://m.example/debian trixie main contrib',
    [source('http://m.example/debian', 'trixie', 'main', 'contrib')],
  ],
  [
    'options in brackets',
    'deb [arch=amd64 signed-by=/k.gpg] https://m.example/debian/ trixie main # why',
    [source('https://m.example/debian', 'trixie', 'main')],
  ],
  ['a comment', '# deb http://m.example/debian trixie main', []],
  ['sources of source packages', 'deb-src http://m.example/debian trixie main', []],
  ['a flat repository', 'deb file:/srv/flat ./', [source('file:/srv/flat', './')]],
  ['rubbish', 'hello', []],
]

for (const [title, text, expected] of oneLine) {
  test(`one-line format: ${title}`, t => t.deepEqual(parseOneLineSources(text), expected))
}

const deb822: readonly [string, string, readonly unknown[]][] = [
  [
    'several suites',
    'Types: deb deb-src\nURIs: http://m.example/debian/\nSuites: trixie trixie-updates\nComponents: main\n',
    [
      source('http://m.example/debian', 'trixie', 'main'),
      source('http://m.example/debian', 'trixie-updates', 'main'),
    ],
  ],
  [
    'several URIs over two lines',
    'Types: deb\nURIs: http://a.example/debian\n http://b.example/debian\nSuites: trixie\nComponents: main\n',
    [
      source('http://a.example/debian', 'trixie', 'main'),
      source('http://b.example/debian', 'trixie', 'main'),
    ],
  ],
  ['one that is turned off', 'Enabled: no\nTypes: deb\nURIs: http://a\nSuites: x\n', []],
  ['source packages only', 'Types: deb-src\nURIs: http://a\nSuites: x\n', []],
]

for (const [title, text, expected] of deb822) {
  test(`deb822 format: ${title}`, t => t.deepEqual(parseDeb822Sources(text), expected))
}
