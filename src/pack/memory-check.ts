/** What a machine needs to start from what is built here, in MiB. Firmware takes its part of it. */
export const MEMORY_MIB_MIN = { bios: 128, uefi: 256 } as const

// A little less counts as enough: firmware may keep some for itself.
const SPARE_KIB = 4096
const READ_S = 10

/**
 * The lines of a loader's menu that warn where memory is short: the kernel says nothing there, it
 * just stops. The machine may try all the same.
 *
 * GRUB has no other word for the size of memory than the firmware's table: SMBIOS 3.7, 7.20, the
 * first mapped range's last KiB. Firmware that does not tell it is not warned about.
 */
export const memoryCheck = (): string => `set memory_mib=${MEMORY_MIB_MIN.bios}
set memory_kib=${leastKib('bios')}
if [ "$grub_platform" = efi ]; then
  set memory_mib=${MEMORY_MIB_MIN.uefi}
  set memory_kib=${leastKib('uefi')}
fi
smbios --type 19 --get-dword 8 --set memory_end
if [ -n "$memory_end" ]; then
  if [ "$memory_end" -lt "$memory_kib" ]; then
    echo "director: warning: this machine has too little memory: $memory_end KiB"
    echo "director: expected: $memory_mib MiB or more; with less the kernel may stop without a word"
    echo "director: the start goes on in ${READ_S} s"
    sleep ${READ_S}
  fi
fi`

const leastKib = (firmware: keyof typeof MEMORY_MIB_MIN) =>
  MEMORY_MIB_MIN[firmware] * 1024 - SPARE_KIB
