import { formatPrice } from "../lib/price"

interface TotalsProps {
  /** A cart, or an order: both carry the same sums. */
  of: {
    currency_code: string
    item_subtotal?: number
    shipping_subtotal?: number
    discount_subtotal?: number
    tax_total?: number
    total?: number
  }
  /** Whether what shipping costs is known yet. */
  shippingKnown: boolean
}

export function Totals({ of, shippingKnown }: TotalsProps) {
  const money = (amount: number | undefined) => formatPrice(amount ?? 0, of.currency_code)
  const shipping = of.shipping_subtotal ?? 0
  return (
    <dl className="totals">
      <div>
        <dt>Subtotal</dt>
        <dd>{money(of.item_subtotal)}</dd>
      </div>
      {(of.discount_subtotal ?? 0) > 0 && (
        <div>
          <dt>Discount</dt>
          <dd>−{money(of.discount_subtotal)}</dd>
        </div>
      )}
      <div>
        <dt>Shipping</dt>
        <dd>{shippingKnown ? (shipping === 0 ? "Free" : money(shipping)) : <span className="muted">At checkout</span>}</dd>
      </div>
      {(of.tax_total ?? 0) > 0 && (
        <div>
          <dt>Tax</dt>
          <dd>{money(of.tax_total)}</dd>
        </div>
      )}
      <div className="totals-sum">
        <dt>Total</dt>
        <dd>{money(of.total)}</dd>
      </div>
    </dl>
  )
}
