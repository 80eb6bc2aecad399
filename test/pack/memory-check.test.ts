import test from 'ava'
import { memoryCheck } from '../../src/pack/memory-check.ts'

test('the loader asks for more memory where it was started by UEFI', t => {
  const text = memoryCheck()
  const [bios = '', uefi = ''] = text.split('if [ "$grub_platform" = efi ]; then')
  t.true(bios.includes(`set memory_kib=${128 * 1024 - 4096}\n`))
  t.true(uefi.includes(`  set memory_kib=${256 * 1024 - 4096}\n`))
})

test('firmware that does not tell its memory is not warned about', t => {
  const asked = memoryCheck().indexOf('if [ -n "$memory_end" ]')
  t.true(asked > 0)
  t.true(asked < memoryCheck().indexOf('director: warning'))
})
