import { createHash } from 'node:crypto'
import { resolve as resolvePath } from 'node:path'
import { type Problem, ProblemError } from '../../kit/problem.ts'
import type { ClusterSpec } from '../cluster-spec.ts'
import { Secret } from '../secret.ts'
import type { YamlDocument } from '../yaml/document.ts'
import { readSecretFile } from './secret-file.ts'

/** The key that everybody knows. */
const EXAMPLE = createHash('sha256').update('director-firmware example key').digest('hex')

/** The heartbeat keys by id, hexadecimal; what is wrong with them goes to `problems`. */
export async function readHeartbeatKeys(
  spec: ClusterSpec,
  document: YamlDocument,
  folder: string,
  problems: Problem[],
): Promise<ReadonlyMap<number, Secret>> {
  const keys = new Map<number, Secret>()
  for (const [index, { id, file }] of (spec.heartbeat?.keys ?? []).entries()) {
    if (file === undefined) {
      keys.set(id, new Secret(EXAMPLE))
      continue
    }
    const where = document.where(['heartbeat', 'keys', index, 'file'])
    try {
      const path = resolvePath(folder, file)
      const text = (await readSecretFile(path, where)).reveal().trim().toLowerCase()
      if (/^[0-9a-f]{64}$/.test(text)) keys.set(id, new Secret(text))
      else {
        problems.push({
          code: 'bad_heartbeat_key',
          message: 'the file of a heartbeat key holds no such key',
          expected: '64 hexadecimal digits on one line',
          found: `${path}, with ${text.length} characters of another form (not shown)`,
          where,
          remedy: `openssl rand -hex 32 > ${path}`,
        })
      }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      problems.push(...error.problems)
    }
  }
  return keys
}
