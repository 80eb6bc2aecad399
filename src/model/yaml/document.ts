import { type Document, isScalar, LineCounter, parseAllDocuments } from 'yaml'
import { fail, type Problem, ProblemError, type Where } from '../../kit/problem.ts'
import { convert } from './convert.ts'
import { failDepth, failDocuments, guardText } from './guard.ts'
import { type DocumentPath, offsetsIn } from './offsets.ts'
import { readText } from './read.ts'

/** A YAML file as plain values, with the place of each. */
export interface YamlDocument {
  readonly file: string
  readonly value: unknown
  /** Where a value or its key stands; of what is not there, where its nearest owner stands. */
  where(path: DocumentPath, at?: 'key' | 'value'): Where
}

// One slip makes the lines below it look wrong too.
const SYNTAX_PROBLEMS_MAX = 3

/**
 * Reads a YAML 1.2 file of one document.
 *
 * @throws ProblemError with every fault of its text: encoding, syntax, duplicate keys, aliases
 */
export async function readYaml(file: string): Promise<YamlDocument> {
  return parseYaml(file, await readText(file))
}

/** As `readYaml`, for a text that is already here; `file` is only named in problems. */
export function parseYaml(file: string, text: string): YamlDocument {
  guardText(file, text)
  const lines = new LineCounter()
  const place = (offset: number): Where => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const document = onlyDocument(file, parse(file, text, lines), place)
  refuse(syntaxProblems([...document.errors, ...document.warnings], place))
  const { value, problems } = convert(document.contents, place)
  refuse(problems)
  const findOffset = offsetsIn(document.contents)
  return {
    file,
    value,
    where: (path, at = 'value') => ({
      ...place(findOffset(path, at)),
      path: formatPath(path),
    }),
  }
}

/** `['services', 0, 'port']` gives `services[0].port`. */
export function formatPath(path: DocumentPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

function parse(file: string, text: string, lineCounter: LineCounter): Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
    version: '1.2',
    // The library compares every key with every other; `convert` looks for duplicates faster.
    uniqueKeys: false,
  })
  if (!Array.isArray(documents)) return []
  // The library makes an error of a nesting that its recursion could not follow.
  const isTooDeep = documents.some(({ errors }) =>
    errors.some(({ message }) => message.includes('call stack')),
  )
  if (isTooDeep) failDepth({ file })
  return documents
}

function onlyDocument(
  file: string,
  documents: readonly Document.Parsed[],
  place: (offset: number) => Where,
): Document.Parsed {
  const [first, second] = documents
  if (first === undefined || (isNothing(first.contents) && first.errors.length === 0)) {
    fail({
      code: 'empty_file',
      message: 'the file is empty',
      expected: 'a mapping of keys to values',
      where: { file },
      remedy: '`director init` writes a file to start from',
    })
  }
  if (second !== undefined) failDocuments(place(second.range[0]))
  return first
}

function isNothing(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null)
}

type SyntaxError = Document.Parsed['errors'][number] | Document.Parsed['warnings'][number]

function syntaxProblems(
  errors: readonly SyntaxError[],
  place: (offset: number) => Where,
): readonly Problem[] {
  const tabs = errors.filter(({ code }) => code === 'TAB_AS_INDENT')
  const byLine = new Map<number | undefined, Problem>()
  for (const error of tabs.length > 0 ? tabs : errors) {
    const where = place(error.pos[0])
    if (!byLine.has(where.line)) byLine.set(where.line, syntaxProblem(error, where))
  }
  return [...byLine.values()].slice(0, SYNTAX_PROBLEMS_MAX)
}

function syntaxProblem(error: SyntaxError, where: Where): Problem {
  if (error.code === 'TAB_AS_INDENT') {
    return {
      code: 'tab_indent',
      message: 'a tab is used for indentation',
      expected: 'spaces',
      found: 'a tab',
      where,
    }
  }
  // What the library quotes from the file after a colon could be a secret.
  const sentence = error.message.split(': ')[0]
  return {
    code: 'yaml_syntax',
    message: 'this is not YAML',
    expected: 'keys, lists and texts as in the examples',
    found: `${sentence}`,
    where,
  }
}

function refuse(problems: readonly Problem[]): void {
  const [first, ...others] = problems
  if (first !== undefined) throw new ProblemError([first, ...others])
}
