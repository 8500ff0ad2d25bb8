import type { HttpTypes } from "@medusajs/types"
import { type FormEvent, useEffect, useState } from "react"
import { useLocation } from "wouter"
import { type Cart, itemCount, useCart } from "../cart/cart"
import { LineVariant, sorted } from "../cart/cart-lines"
import { Totals } from "../cart/totals"
import { Field } from "../components/field"
import { ErrorLine } from "../components/notice"
import { Picture } from "../components/picture"
import { messageOf, Refused, store } from "../lib/api"
import { bootstrap } from "../lib/bootstrap"
import { defaultCountry, readCheckoutForm } from "../lib/checkout-form"
import { formatPrice } from "../lib/price"
import { useTitle } from "../lib/use-title"
import { CartPending, EmptyCart } from "./cart"

export function CheckoutPage() {
  useTitle("Checkout")
  const { cart, error, reload } = useCart()
  const [placing, setPlacing] = useState(false)
  if (cart === undefined) return <CartPending error={error} onRetry={reload} />
  // While the order is placed the cart goes away under the page; the confirmation is about to follow.
  if (!placing && (!cart || itemCount(cart) === 0)) return <EmptyCart />
  return cart ? <CheckoutForm cart={cart} onPlacing={setPlacing} /> : null
}

function CheckoutForm({ cart, onPlacing }: { cart: Cart; onPlacing: (placing: boolean) => void }) {
  const { update, chooseShipping, complete, error } = useCart()
  const [, navigate] = useLocation()
  const [country, setCountry] = useState(
    () => cart.shipping_address?.country_code ?? defaultCountry(bootstrap.region.countries, navigator.languages),
  )
  const shipping = useShippingOptions(cart.id, country, update)
  const chosen = cart.shipping_methods?.at(-1)?.shipping_option_id
  const [submitting, setSubmitting] = useState(false)

  // The first option is chosen for the customer, so that the total is true from the start.
  const first = shipping.options?.[0]?.id
  const needsChoice = first !== undefined && !shipping.options?.some(({ id }) => id === chosen)
  useEffect(() => {
    if (needsChoice && first) void chooseShipping(first)
  }, [needsChoice, first, chooseShipping])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { email, address } = readCheckoutForm(new FormData(event.currentTarget))
    setSubmitting(true)
    onPlacing(true)
    const order =
      (await update({ email, shipping_address: address, billing_address: address })) &&
      // A changed address may have dropped the choice.
      (await chooseShipping(chosen ?? first ?? "")) &&
      (await complete())
    if (order) {
      navigate(`/orders/${order.id}`, { replace: true })
      return
    }
    setSubmitting(false)
    onPlacing(false)
  }

  const address = cart.shipping_address
  return (
    <section aria-labelledby="checkout-title">
      <h1 id="checkout-title">Checkout</h1>
      <form className="two-columns" onSubmit={submit}>
        <div className="checkout-form">
          <fieldset>
            <legend>Contact</legend>
            <div className="fields">
              <Field name="email" label="Email" type="email" autoComplete="email" inputMode="email" defaultValue={cart.email ?? ""} wide />
            </div>
          </fieldset>
          <fieldset>
            <legend>Shipping address</legend>
            <div className="fields">
              <Field name="first_name" label="First name" autoComplete="given-name" defaultValue={address?.first_name ?? ""} />
              <Field name="last_name" label="Last name" autoComplete="family-name" defaultValue={address?.last_name ?? ""} />
              <Field name="address_1" label="Address" autoComplete="address-line1" defaultValue={address?.address_1 ?? ""} wide />
              <Field name="address_2" label="Apartment, floor, company" autoComplete="address-line2" defaultValue={address?.address_2 ?? ""} required={false} wide />
              <Field name="postal_code" label="Postal code" autoComplete="postal-code" defaultValue={address?.postal_code ?? ""} />
              <Field name="city" label="City" autoComplete="address-level2" defaultValue={address?.city ?? ""} />
              <Field name="province" label="State or province" autoComplete="address-level1" defaultValue={address?.province ?? ""} required={false} />
              <label className="field">
                <span className="field-label">Country</span>
                <select name="country_code" autoComplete="country" value={country} onChange={(event) => setCountry(event.target.value)}>
                  {bootstrap.region.countries.map(({ iso_2, display_name }) => (
                    <option key={iso_2} value={iso_2}>
                      {display_name}
                    </option>
                  ))}
                </select>
              </label>
              <Field name="phone" label="Phone" type="tel" autoComplete="tel" defaultValue={address?.phone ?? ""} required={false} wide />
            </div>
          </fieldset>
          <ShippingChoice {...shipping} currency={cart.currency_code} chosen={chosen} onChoose={chooseShipping} />
          <fieldset>
            <legend>Payment</legend>
            <div className="choice choice-only">
              <span className="choice-text">
                <strong>Pay later</strong>
                <span className="muted">Nothing is charged now. {bootstrap.storeName} confirms your order and tells you how to pay.</span>
              </span>
            </div>
          </fieldset>
        </div>
        <aside className="summary" aria-label="Your order">
          <h2>Your order</h2>
          <ul className="mini-lines">
            {sorted(cart.items).map((item) => (
              <li key={item.id}>
                <Picture src={item.variant?.thumbnail ?? item.thumbnail} alt="" />
                <span className="mini-text">
                  <span>{item.product_title ?? item.title}</span>
                  <span className="muted">
                    <LineVariant item={item} /> × {item.quantity}
                  </span>
                </span>
                <span>{formatPrice(item.total ?? 0, cart.currency_code)}</span>
              </li>
            ))}
          </ul>
          <Totals of={cart} shippingKnown={chosen !== undefined} />
          {error && <ErrorLine>{error}</ErrorLine>}
          <button type="submit" className="button button-large" disabled={submitting || chosen === undefined}>
            {submitting ? "Placing your order…" : "Place order"}
          </button>
        </aside>
      </form>
    </section>
  )
}

interface ShippingOptions {
  /** Undefined while they are fetched. */
  options: HttpTypes.StoreCartShippingOption[] | undefined
  failure: string | undefined
}

/** What shipping there is to the chosen country: Medusa looks at the cart's address, so that goes first. */
function useShippingOptions(
  cartId: string,
  country: string,
  update: (change: HttpTypes.StoreUpdateCart) => Promise<boolean>,
): ShippingOptions {
  const [state, setState] = useState<ShippingOptions>({ options: undefined, failure: undefined })
  useEffect(() => {
    let left = false
    const load = async () => {
      const updated = await update({ shipping_address: { country_code: country } })
      if (!updated) throw new Refused("The shipping options can't be shown now. Choose the country again to retry.")
      const { shipping_options } = await store.fulfillment.listCartOptions({ cart_id: cartId })
      if (!left) setState({ options: shipping_options, failure: undefined })
    }
    load().catch((error) => {
      if (!left) setState({ options: undefined, failure: messageOf(error) })
    })
    return () => {
      left = true
    }
  }, [cartId, country, update])
  return state
}

interface ShippingChoiceProps extends ShippingOptions {
  currency: string
  chosen: string | undefined
  onChoose: (id: string) => void
}

function ShippingChoice({ options, failure, currency, chosen, onChoose }: ShippingChoiceProps) {
  return (
    <fieldset>
      <legend>Shipping</legend>
      {failure && <ErrorLine>{failure}</ErrorLine>}
      {options?.length === 0 && <ErrorLine>There is no shipping to this country.</ErrorLine>}
      {!options && !failure && <span className="skeleton skeleton-line" style={{ height: "4rem" }} />}
      <div className="choices">
        {options?.map(({ id, name, amount, type }) => (
          <label key={id} className="choice">
            <input type="radio" name="shipping" value={id} checked={id === chosen} onChange={() => onChoose(id)} />
            <span className="choice-text">
              <strong>{name}</strong>
              {type?.description && <span className="muted">{type.description}</span>}
            </span>
            <span>{amount === 0 ? "Free" : formatPrice(amount ?? 0, currency)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
