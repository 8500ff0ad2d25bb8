import type { HttpTypes } from "@medusajs/types"

/** The storefront speaks English, so its prices do too: $29.99 in every browser. */
const LOCALE = "en"

export function formatPrice(amount: number, currencyCode: string): string {
  return new Intl.NumberFormat(LOCALE, { style: "currency", currency: currencyCode }).format(amount)
}

export interface PriceRange {
  from: number
  /** The price before a sale. */
  was: number | undefined
  varies: boolean
}

/** What a product costs, over all its variants; undefined when none of them has a price in this region. */
export function priceRange(variants: HttpTypes.StoreProductVariant[]): PriceRange | undefined {
  const prices = variants
    .map(({ calculated_price }) => calculated_price)
    .filter((price) => typeof price?.calculated_amount === "number")
  if (prices.length === 0) return undefined
  const cheapest = prices.reduce((a, b) => (b!.calculated_amount! < a!.calculated_amount! ? b : a))!
  const from = cheapest.calculated_amount!
  const original = cheapest.original_amount
  return {
    from,
    was: typeof original === "number" && original > from ? original : undefined,
    varies: prices.some((price) => price!.calculated_amount !== from),
  }
}
