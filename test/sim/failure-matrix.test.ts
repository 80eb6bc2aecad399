import { existsSync, readdirSync, readFileSync } from 'node:fs'
import test from 'ava'
import { guardedScenarios } from '../../src/sim/guarded-list.ts'
import { scenarios } from '../../src/sim/scenario-list.ts'

const ROWS = 68
/** They come with the services and the sync daemon. */
const WITH_SERVICES: readonly number[] = [57, 64, 67, 68]

const page = readFileSync('docs/failure-matrix.md', 'utf8')
const [matrix = '', ...others] = page.split('\n## ')
const beyond = others.find(part => part.startsWith('Beyond')) ?? ''

interface Row {
  readonly number: number
  readonly shownBy: readonly string[]
  readonly text: string
}

const rowsOf = (part: string): readonly Row[] =>
  part
    .split('\n')
    .filter(line => /^\| \d/.test(line))
    .map(text => ({
      number: Number(/\d+/.exec(text)?.[0]),
      shownBy: [...(text.split('|').at(-2) ?? '').matchAll(/`([^`]+)`/g)].map(
        ([, name = '']) => name,
      ),
      text,
    }))

const rowOf = (name: string) => Number(/\/(\d+)-/.exec(name)?.[1])

const written = ['guarded', 'scenarios'].flatMap(folder =>
  readdirSync(`src/sim/${folder}`)
    .map(file => `${folder}/${file.replace('.ts', '')}`)
    .sort((left, right) => rowOf(left) - rowOf(right)),
)

test('every row of the matrix is on its page once, with what shows it', t => {
  const rows = rowsOf(matrix)
  t.deepEqual(
    rows.map(({ number }) => number),
    Array.from({ length: ROWS }, (_, index) => index + 1),
  )
  for (const { number, shownBy, text } of rows) {
    if (WITH_SERVICES.includes(number)) t.regex(text, /with the services/)
    else t.true(shownBy.length > 0, `row ${number} is shown by nothing`)
  }
})

test('each row names all of its scenarios, and every scenario has its row', t => {
  for (const { number, shownBy } of rowsOf(matrix)) {
    const scenarios = written.filter(name => rowOf(name) === number)
    const named = shownBy.filter(name => !name.startsWith('test/'))
    t.deepEqual(named, scenarios, `row ${number}`)
    for (const name of shownBy) t.true(!name.startsWith('test/') || existsSync(name), name)
  }
  const named = rowsOf(beyond).flatMap(({ shownBy }) => shownBy)
  t.deepEqual(named.toSorted(), written.filter(name => rowOf(name) > ROWS).toSorted())
})

test('every scenario that is written is run, under the number of its file', t => {
  for (const [folder, list] of [
    ['guarded', guardedScenarios],
    ['scenarios', scenarios],
  ] as const) {
    const numbers = written.filter(name => name.startsWith(folder)).map(rowOf)
    t.deepEqual(
      list.map(({ row }) => row).toSorted((left, right) => left - right),
      numbers,
    )
    for (const { row, title } of list) {
      const file = written.find(name =>
        name.startsWith(`${folder}/${String(row).padStart(2, '0')}-`),
      )
      const line = `| ${row} | ${title} | \`${file}\` |`
      if (row > ROWS) t.true(beyond.includes(line), `docs/failure-matrix.md has not: ${line}`)
    }
  }
})
