import { Link } from "wouter"
import { Picture } from "../components/picture"
import { Quantity } from "../components/quantity"
import { formatPrice } from "../lib/price"
import { type Cart, useCart } from "./cart"

/** A cart doesn't know the stock: when there is less, the store says so. */
const MOST_OF_ONE = 99

/** What is in the cart, with the means to change it. */
export function CartLines({ cart, onLeave }: { cart: Cart; onLeave?: () => void }) {
  const { busy, setQuantity } = useCart()
  return (
    <ul className="lines">
      {sorted(cart.items).map((item) => (
        <li key={item.id} className="line">
          <Picture src={item.variant?.thumbnail ?? item.thumbnail} alt="" />
          <div className="line-text">
            <Link href={`/products/${encodeURIComponent(item.product_handle ?? "")}`} onClick={onLeave} className="line-title">
              {item.product_title ?? item.title}
            </Link>
            <LineVariant item={item} />
            <div className="line-actions">
              <Quantity
                label={`Quantity of ${item.product_title}`}
                value={item.quantity}
                min={1}
                max={MOST_OF_ONE}
                disabled={busy}
                onChange={(quantity) => void setQuantity(item.id, quantity)}
              />
              <button type="button" className="link-button" disabled={busy} onClick={() => void setQuantity(item.id, 0)}>
                Remove<span className="visually-hidden"> {item.product_title}</span>
              </button>
            </div>
          </div>
          <span className="line-price">{formatPrice(item.total ?? item.unit_price * item.quantity, cart.currency_code)}</span>
        </li>
      ))}
    </ul>
  )
}

/** "Default" says nothing to a customer: products without options have only that. */
export function LineVariant({ item }: { item: { variant_title?: string | null } }) {
  if (!item.variant_title || /^default/i.test(item.variant_title)) return null
  return <span className="line-variant">{item.variant_title}</span>
}

/** Medusa gives the lines in no fixed order; customers expect them to stay where they are. */
export function sorted<T extends { title: string; created_at?: string | Date }>(items: T[] | undefined | null): T[] {
  const time = (item: T) => (item.created_at ? new Date(item.created_at).getTime() : 0)
  return [...(items ?? [])].sort((a, b) => time(a) - time(b) || a.title.localeCompare(b.title))
}
