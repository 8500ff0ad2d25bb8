import type { HttpTypes } from "@medusajs/types"
import { useEffect, useState } from "react"
import { Link } from "wouter"
import { LineVariant, sorted } from "../cart/cart-lines"
import { Totals } from "../cart/totals"
import { Notice } from "../components/notice"
import { Picture } from "../components/picture"
import { isGone, messageOf, store } from "../lib/api"
import { bootstrap } from "../lib/bootstrap"
import { formatPrice } from "../lib/price"
import { useTitle } from "../lib/use-title"
import { NotFoundPage } from "./not-found"

const ORDER_FIELDS = "*items,*items.variant,*shipping_address,*shipping_methods"

export function OrderPage({ id }: { id: string }) {
  useTitle("Your order")
  const [order, setOrder] = useState<HttpTypes.StoreOrder>()
  const [failure, setFailure] = useState<unknown>()
  useEffect(() => {
    let left = false
    store.order.retrieve(id, { fields: ORDER_FIELDS }).then(
      ({ order }) => !left && setOrder(order),
      (error) => !left && setFailure(error),
    )
    return () => {
      left = true
    }
  }, [id])

  if (isGone(failure)) return <NotFoundPage what="This order" />
  if (failure) {
    return (
      <Notice title="Your order can't be shown now" tone="error">
        <p>{messageOf(failure)}</p>
        <p>It is safe with the store: come back to this address later.</p>
      </Notice>
    )
  }
  if (!order) {
    return (
      <section aria-busy="true" aria-label="Loading">
        <span className="skeleton skeleton-line" style={{ width: "50%", height: "2.4rem" }} />
        <span className="skeleton skeleton-line" style={{ width: "100%", height: "12rem" }} />
      </section>
    )
  }
  return <Confirmation order={order} />
}

function Confirmation({ order }: { order: HttpTypes.StoreOrder }) {
  const address = order.shipping_address
  const country = bootstrap.region.countries.find(({ iso_2 }) => iso_2 === address?.country_code)?.display_name
  return (
    <section aria-labelledby="order-title" className="order">
      <header className="order-head">
        <svg viewBox="0 0 24 24" width="40" height="40" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
          <circle cx="12" cy="12" r="10" />
          <path d="m7.5 12.5 3 3 6-6.5" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
        <h1 id="order-title">Thank you{address?.first_name ? `, ${address.first_name}` : ""}</h1>
        <p className="lede">
          Order #{order.display_id} is placed. {bootstrap.storeName} will write to {order.email}.
        </p>
      </header>
      <div className="two-columns">
        <div>
          <h2>What you ordered</h2>
          <ul className="lines">
            {sorted(order.items).map((item) => (
              <li key={item.id} className="line">
                <Picture src={item.variant?.thumbnail ?? item.thumbnail} alt="" />
                <div className="line-text">
                  <span className="line-title">{item.product_title ?? item.title}</span>
                  <LineVariant item={item} />
                  <span className="muted">Quantity: {item.quantity}</span>
                </div>
                <span className="line-price">{formatPrice(item.total ?? 0, order.currency_code)}</span>
              </li>
            ))}
          </ul>
        </div>
        <aside className="summary" aria-label="Summary">
          <Totals of={order} shippingKnown />
          <div className="order-facts">
            <h2>Ships to</h2>
            <address>
              {[
                [address?.first_name, address?.last_name],
                [address?.address_1],
                [address?.address_2],
                [address?.postal_code, address?.city, address?.province],
                [country],
              ]
                .map((words) => words.filter(Boolean).join(" "))
                .filter(Boolean)
                .map((line) => (
                  <span key={line}>{line}</span>
                ))}
            </address>
            <h2>Payment</h2>
            <p>Nothing is charged yet: the store tells you how to pay.</p>
          </div>
          <Link className="button button-quiet" href="/">
            Back to the shop
          </Link>
        </aside>
      </div>
    </section>
  )
}
