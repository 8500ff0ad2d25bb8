import { Client, FetchError, Store } from "@medusajs/js-sdk"
import { bootstrap } from "./bootstrap"

export const store = new Store(new Client({ baseUrl: "/", publishableKey: bootstrap.publishableKey }))

export const PRODUCT_FIELDS =
  "*variants.calculated_price,+variants.inventory_quantity,*variants.options,*options.values,*images"

/** The store understood and said no; the message is meant for the customer. */
export class Refused extends Error {}

/** What to tell a customer about a call that failed. */
export function messageOf(error: unknown): string {
  if (error instanceof Refused) return error.message
  if (error instanceof FetchError && error.status !== undefined && error.status < 500) return error.message
  if (error instanceof FetchError) return "The store has trouble answering. Please try again in a moment."
  return "The store can't be reached. Check your connection and try again."
}

export const isGone = (error: unknown): boolean => error instanceof FetchError && error.status === 404
