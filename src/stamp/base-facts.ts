import { fail, ProblemError } from '../kit/problem.ts'
import { BASE_FACTS_PATH, type BaseFacts, isBaseFacts } from '../model/base-facts.ts'
import { decodeCpio } from '../tree/cpio.ts'
import type { ImageReader } from './image-reader.ts'

const HEAD_BYTES = 8192

/**
 * Reads base.json at the head of an initramfs.
 *
 * @throws ProblemError `initramfs_not_ours`
 */
export async function readBaseFacts(initramfs: ImageReader): Promise<BaseFacts> {
  const head = await initramfs.read(0, Math.min(HEAD_BYTES, initramfs.size))
  try {
    const entry = decodeCpio(head).get(BASE_FACTS_PATH)
    const facts = entry?.kind === 'file' ? JSON.parse(Buffer.from(entry.content).toString()) : null
    if (isBaseFacts(facts)) return facts
  } catch (error) {
    if (!(error instanceof ProblemError || error instanceof SyntaxError)) throw error
  }
  return fail({
    code: 'initramfs_not_ours',
    message: 'the file is not the initramfs of a director',
    expected: `an archive that begins with ${BASE_FACTS_PATH}`,
    where: { file: initramfs.name },
    remedy: 'name netboot/initramfs.zst that `director build` wrote',
  })
}
