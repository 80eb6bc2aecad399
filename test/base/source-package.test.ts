import { openSource } from '../../src/base/source-package.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { requires } from '../support/requires.ts'

const withMirror = requires('mirror', 'command:dpkg-deb')

withMirror(
  "the agent's engine is unpacked from its source package, without its top folder",
  async t => {
    const source = await openSource('quickjs', { locked: true, steps: quietSteps })
    t.regex(source.version, /^\d{4}\.\d\d\.\d\d/)
    const tree = await source.load()
    t.is(tree.get('quickjs.c')?.kind, 'file')
    t.is(tree.get('VERSION')?.kind, 'file')
  },
)
