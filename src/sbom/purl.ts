// Package URLs: ECMA-427; the type `deb` in its list of types.

/** What a package URL of Debian names. */
export interface DebianPackage {
  readonly name: string
  readonly version: string
  /** `source` for a source package. */
  readonly arch: string
}

// The suite that the recipe takes its packages from.
const DISTRIBUTION = 'trixie'

/** For example `pkg:deb/debian/busybox-static@1:1.37.0-6%2Bb9?arch=amd64&distro=trixie`. */
export function debianPurl({ name, version, arch }: DebianPackage): string {
  return `pkg:deb/debian/${part(name)}@${part(version)}?arch=${arch}&distro=${DISTRIBUTION}`
}

// A colon stays as it is, as all others of RFC 3986's unreserved characters do.
const part = (text: string) => encodeURIComponent(text).replaceAll('%3A', ':')
