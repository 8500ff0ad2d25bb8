/** The API's own rule for a user id: 1 to 128 printable ASCII characters, no space at either end. */
const pattern = /^[!-~]([ -~]{0,126}[!-~])?$/

export const isUserName = (name: string): boolean => pattern.test(name)
