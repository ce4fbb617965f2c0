/** Messages repeat what they met; a password in an address is the one part of it that they must not. */

/** An address up to the `@` behind its user; of the schemes that every parser knows the slashes may be missing. */
const USER = /(\b[a-z][a-z0-9+.-]*:[\\/]{2,}|\b(?:https?|wss?|ftp):[\\/]*)[^\\/?#]*@/gi;

/** The text with user names and passwords of the addresses in it as `***`. */
export function maskUserInfo(text: string): string {
  return text.replace(USER, "$1***@");
}
