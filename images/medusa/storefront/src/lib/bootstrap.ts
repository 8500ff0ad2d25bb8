import type { HttpTypes } from "@medusajs/types"

/** What the server writes into the page; its own half is server/src/platform/page.ts. */
export interface Bootstrap {
  storeName: string
  tagline: string
  publishableKey: string
  region: {
    id: string
    currency_code: string
    countries: { iso_2: string; display_name: string }[]
  }
  catalogue: { products: HttpTypes.StoreProduct[]; count: number }
  /** The product of a product page. */
  product?: HttpTypes.StoreProduct
}

export function readBootstrap(page: Document): Bootstrap {
  const text = page.getElementById("bootstrap")?.textContent
  if (!text) throw new Error("The page lacks the store's settings.")
  return JSON.parse(text) as Bootstrap
}

export const bootstrap = readBootstrap(document)
