import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fail } from '../kit/problem.ts'
import boardSchema from './board.schema.json' with { type: 'json' }
import type { Board } from './board.ts'
import { nearest } from './nearest.ts'
import { checkShape, compileShape, type Shape } from './shape.ts'
import { readYaml } from './yaml/document.ts'

const boards = fileURLToPath(new URL('../../board/', import.meta.url))
let shape: Shape | undefined

/**
 * Reads `board/<name>/board.yaml`.
 *
 * @throws ProblemError `unknown_board`, or what is wrong in the file
 */
export async function loadBoard(name: string): Promise<Board> {
  if (!boardNames().includes(name)) fail(unknownBoard(name))
  const document = await readYaml(`${boards}${name}/board.yaml`)
  shape ??= compileShape(boardSchema)
  checkShape(document, shape)
  const board = document.value as Board
  if (board.name !== name) {
    fail({
      code: 'board_name',
      message: 'a board is not named as its folder',
      expected: name,
      found: board.name,
      where: document.where(['name']),
    })
  }
  return board
}

/** The problem of a name that is no board, for who knows where it was written. */
export function unknownBoard(name: string) {
  const names = boardNames()
  const near = nearest(name, names)
  return {
    code: 'unknown_board',
    message: `there is no board ${name}`,
    expected: `one of ${names.join(', ')}`,
    found: name,
    remedy: near === undefined ? 'boards are the folders in board/' : `did you mean ${near}?`,
  }
}

/** The names of all boards. */
export function boardNames(): readonly string[] {
  return readdirSync(boards, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
}
