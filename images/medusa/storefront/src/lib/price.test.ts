import { describe, expect, it } from "vitest"
import type { HttpTypes } from "@medusajs/types"
import { formatPrice, priceRange } from "./price"

const variant = (calculated: number | null, original = calculated) =>
  ({ calculated_price: calculated === null ? undefined : { calculated_amount: calculated, original_amount: original } }) as HttpTypes.StoreProductVariant

describe("formatPrice", () => {
  it("writes the currency as its customers do", () => {
    expect(formatPrice(29.99, "usd")).toBe("$29.99")
    expect(formatPrice(1234.5, "eur")).toBe("€1,234.50")
  })

  it("gives a currency without cents none", () => {
    expect(formatPrice(1500, "jpy")).toBe("¥1,500")
  })
})

describe("priceRange", () => {
  it("starts at the cheapest variant", () => {
    expect(priceRange([variant(32), variant(22)])).toEqual({ from: 22, was: undefined, varies: true })
  })

  it("knows when all variants cost the same", () => {
    expect(priceRange([variant(18), variant(18)])).toEqual({ from: 18, was: undefined, varies: false })
  })

  it("shows the price before a sale", () => {
    expect(priceRange([variant(15, 20)])).toEqual({ from: 15, was: 20, varies: false })
  })

  it("takes nothing for free", () => {
    expect(priceRange([variant(0)])).toEqual({ from: 0, was: undefined, varies: false })
  })

  it("leaves out what has no price in the region", () => {
    expect(priceRange([variant(null), variant(9)])).toMatchObject({ from: 9, varies: false })
    expect(priceRange([variant(null)])).toBeUndefined()
  })
})
