import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
} from 'yaml'
import { fail, type Problem, ProblemError, type Where } from '../../kit/problem.ts'
import { convert } from './convert.ts'
import { readText } from './read.ts'

/** Keys and indexes from the top of a document to a value. */
export type DocumentPath = readonly (string | number)[]

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
  const lines = new LineCounter()
  const place = (offset: number): Where => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  const document = onlyDocument(file, parse(file, text, lines), place)
  refuse(syntaxProblems([...document.errors, ...document.warnings], place))
  const { value, problems } = convert(document.contents, place)
  refuse(problems)
  return {
    file,
    value,
    where: (path, at = 'value') => ({
      ...place(offsetOf(document.contents, path, at)),
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
  try {
    const documents = parseAllDocuments(text, {
      lineCounter,
      prettyErrors: false,
      version: '1.2',
      // The library compares every key with every other; `convert` looks for duplicates faster.
      uniqueKeys: false,
    })
    return Array.isArray(documents) ? documents : []
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return fail({
      code: 'too_deep',
      message: 'the file nests lists or mappings too deeply',
      where: { file },
    })
  }
}

function onlyDocument(
  file: string,
  documents: readonly Document.Parsed[],
  place: (offset: number) => Where,
): Document.Parsed {
  const [first, second] = documents
  if (first === undefined || (first.contents === null && first.errors.length === 0)) {
    fail({
      code: 'empty_file',
      message: 'the file is empty',
      expected: 'a mapping of keys to values',
      where: { file },
      remedy: '`director init` writes a file to start from',
    })
  }
  if (second !== undefined) {
    fail({
      code: 'several_documents',
      message: 'the file holds several documents',
      expected: 'one document, without a line of ---',
      found: `${documents.length} documents`,
      where: place(second.range[0]),
    })
  }
  if (first.directives.yaml.explicit && first.directives.yaml.version !== '1.2') {
    fail({
      code: 'yaml_version',
      message: 'the file asks for another version of YAML',
      expected: '1.2, in which no, on and 0755 mean what they look like',
      found: first.directives.yaml.version,
      where: { file, line: 1, column: 1 },
      remedy: 'remove the line that begins with %YAML',
    })
  }
  return first
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

function offsetOf(root: Node | null, path: DocumentPath, at: 'key' | 'value'): number {
  let node: unknown = root
  let offset = 0
  const anchors = new Map<string, unknown>()
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1
    node = followAlias(root, node, anchors)
    if (!isCollection(node)) break
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && textOfKey(key) === String(step))
      if (pair === undefined) return offset
      const keyStart = startOf(pair.key) ?? offset
      offset = last && at === 'key' ? keyStart : (startOf(pair.value) ?? keyStart)
      node = pair.value
    } else {
      const item: unknown = node.items[Number(step)]
      if (item === undefined || isPair(item)) return offset
      offset = startOf(item) ?? offset
      node = item
    }
  }
  return path.length === 0 ? (startOf(root) ?? 0) : offset
}

/** A key as text: `10` and `true` are keys like others. */
export function textOfKey(key: { readonly value?: unknown; readonly source?: string }): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

function followAlias(root: Node | null, node: unknown, anchors: Map<string, unknown>): unknown {
  if (!isAlias(node)) return node
  if (anchors.size === 0) collectAnchors(root, anchors)
  return anchors.get(node.source)
}

function collectAnchors(node: unknown, anchors: Map<string, unknown>): void {
  if (isPair(node)) {
    collectAnchors(node.key, anchors)
    collectAnchors(node.value, anchors)
  } else if (isCollection(node)) {
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    for (const item of node.items) collectAnchors(item, anchors)
  }
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0]
}
