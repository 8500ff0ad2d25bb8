/** Begins something early. Whoever needs the outcome asks for it again, and shows the error then. */
export function ahead(work: Promise<unknown>): void {
  work.catch(() => undefined)
}
