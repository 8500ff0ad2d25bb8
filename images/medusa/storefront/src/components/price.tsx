import type { HttpTypes } from "@medusajs/types"
import { bootstrap } from "../lib/bootstrap"
import { formatPrice, priceRange } from "../lib/price"

/** What one variant, or a product with all its variants, costs. */
export function Price({ variants }: { variants: HttpTypes.StoreProductVariant[] }) {
  const currency = bootstrap.region.currency_code
  const price = priceRange(variants)
  if (!price) return <span className="price price-none">Not for sale in your region</span>
  return (
    <span className="price">
      {price.varies && <span className="price-from">from </span>}
      {price.was !== undefined && (
        <s>
          <span className="visually-hidden">Before: </span>
          {formatPrice(price.was, currency)}
        </s>
      )}
      {formatPrice(price.from, currency)}
    </span>
  )
}
