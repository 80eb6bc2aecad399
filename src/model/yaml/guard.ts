import { Lexer } from 'yaml'
import { fail, type Where } from '../../kit/problem.ts'
import { positionOf } from './read.ts'

/** Lists and mappings within each other, more than any cluster needs. */
export const DEPTH_MAX = 64

// Lexemes of length 0 that the lexer puts between those of the text.
const VIRTUAL = ['\u0002', '\u0018']
const SCALAR_FOLLOWS = '\u001f'

/**
 * Refuses, before the text is parsed, what would cost the parser very much time or memory.
 *
 * @throws ProblemError `too_deep`, `several_documents`, `yaml_version` or `yaml_tag`
 */
export function guardText(file: string, text: string): void {
  const place = (offset: number): Where => ({ file, ...positionOf(text, offset) })
  let offset = 0
  let documents = 0
  let isScalar = false
  const depth = new Depth()
  for (const lexeme of new Lexer().lex(text)) {
    if (VIRTUAL.includes(lexeme)) continue
    if (lexeme === SCALAR_FOLLOWS) {
      isScalar = true
      continue
    }
    if (!isScalar) {
      if (depth.isTooDeepAfter(lexeme)) failDepth(place(offset))
      if (lexeme.startsWith('!')) failTag(place(offset))
      if (lexeme.startsWith('%')) refuseVersion(lexeme, place(offset))
      if (lexeme === '---') documents += 1
      if (documents > 1) failDocuments(place(offset))
    }
    isScalar = false
    offset += lexeme.length
  }
}

// Brackets that are open, and `- - -` or `? ? ?` on one line.
class Depth {
  #flow = 0
  #compact = 0

  isTooDeepAfter(lexeme: string): boolean {
    if (lexeme === '[' || lexeme === '{') this.#flow += 1
    else if (lexeme === ']' || lexeme === '}') this.#flow -= 1
    else if (lexeme === '-' || lexeme === '?') this.#compact += 1
    else if (lexeme.includes('\n')) this.#compact = 0
    return this.#flow > DEPTH_MAX || this.#compact > DEPTH_MAX
  }
}

/** Stops for lists and mappings that are nested too deeply. */
export function failDepth(where: Where): never {
  fail({
    code: 'too_deep',
    message: 'the file nests lists or mappings too deeply',
    expected: `at most ${DEPTH_MAX} levels`,
    where,
  })
}

function failTag(where: Where): never {
  fail({
    code: 'yaml_tag',
    message: 'the file uses a tag of YAML',
    expected: 'values without tags; a text in quotes is always a text',
    where,
  })
}

function refuseVersion(directive: string, where: Where): void {
  const [name, version = ''] = directive.split(/\s+/)
  if (name !== '%YAML' || version === '1.2') return
  fail({
    code: 'yaml_version',
    message: 'the file asks for another version of YAML',
    expected: '1.2, in which no and on are texts like others',
    found: version,
    where,
    remedy: 'remove the line that begins with %YAML',
  })
}

/** Stops for a second document in the file. */
export function failDocuments(where: Where): never {
  fail({
    code: 'several_documents',
    message: 'the file holds several documents',
    expected: 'one document, without a line of --- in it',
    found: 'another one from here on',
    where,
  })
}
