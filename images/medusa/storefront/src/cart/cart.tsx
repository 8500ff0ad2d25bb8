import type { HttpTypes } from "@medusajs/types"
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react"
import { isGone, messageOf, Refused, store } from "../lib/api"
import { bootstrap } from "../lib/bootstrap"
import { readCartId, writeCartId } from "../lib/cart-id"
import { createQueue } from "../lib/queue"

/** Medusa's provider that only records that payment is due: the shop and its customer settle it between them. */
const MANUAL_PAYMENT = "pp_system_default"

export type Cart = HttpTypes.StoreCart

const CART_FIELDS = "*items,*items.variant,*items.variant.options,*shipping_methods,*region,*shipping_address"

export interface CartState {
  /** Undefined while it is being fetched, null when there is none yet. */
  cart: Cart | null | undefined
  /** A change is under way. */
  busy: boolean
  /** Why the last change, or the first fetch, failed. */
  error: string | undefined
  drawerOpen: boolean
  setDrawerOpen: (open: boolean) => void
  reload: () => Promise<void>
  /** These say whether it worked; `error` has the reason when not. */
  add: (variantId: string, quantity: number) => Promise<boolean>
  setQuantity: (lineId: string, quantity: number) => Promise<boolean>
  update: (change: HttpTypes.StoreUpdateCart) => Promise<boolean>
  chooseShipping: (optionId: string) => Promise<boolean>
  /** Turns the cart into an order. */
  complete: () => Promise<HttpTypes.StoreOrder | undefined>
}

const Context = createContext<CartState | undefined>(undefined)

export function useCart(): CartState {
  const state = use(Context)
  if (!state) throw new Error("useCart needs a CartProvider above it")
  return state
}

export const itemCount = (cart: Cart | null | undefined): number =>
  (cart?.items ?? []).reduce((sum, { quantity }) => sum + quantity, 0)

export function CartProvider({ children }: { children: ReactNode }) {
  const [cart, setCart] = useState<Cart | null | undefined>(() => (readCartId() ? undefined : null))
  const [pending, setPending] = useState(0)
  const [error, setError] = useState<string>()
  const [drawerOpen, setDrawerOpen] = useState(false)
  const enqueue = useRef(createQueue()).current

  const keep = useCallback((next: Cart | null) => {
    writeCartId(next?.id)
    setCart(next)
  }, [])

  /** Runs one change of the cart after those before it, and keeps the cart it gives. */
  const change = useCallback(
    async (task: () => Promise<Cart | null>): Promise<boolean> => {
      setPending((count) => count + 1)
      setError(undefined)
      try {
        keep(await enqueue(task))
        return true
      } catch (failure) {
        if (isGone(failure)) keep(null)
        setError(messageOf(failure))
        return false
      } finally {
        setPending((count) => count - 1)
      }
    },
    [enqueue, keep],
  )

  const reload = useCallback(async () => {
    await change(async () => {
      const id = readCartId()
      if (!id) return null
      try {
        const { cart } = await store.cart.retrieve(id, { fields: `${CART_FIELDS},+completed_at` })
        return (cart as Cart & { completed_at?: string | null }).completed_at ? null : cart
      } catch (failure) {
        if (isGone(failure)) return null
        throw failure
      }
    })
  }, [change])

  useEffect(() => {
    if (readCartId()) void reload()
  }, [reload])

  // These never change, so that effects may depend on them.
  const actions = useMemo(() => {
    const fields = { fields: CART_FIELDS }
    const currentId = () => {
      const id = readCartId()
      if (!id) throw new Error("There is no cart.")
      return id
    }
    return {
      add: (variant_id: string, quantity: number) =>
        change(async () => {
          const id = readCartId() ?? (await store.cart.create({ region_id: bootstrap.region.id })).cart.id
          writeCartId(id)
          return (await store.cart.createLineItem(id, { variant_id, quantity }, fields)).cart
        }),
      setQuantity: (lineId: string, quantity: number) =>
        change(async () => {
          const id = currentId()
          if (quantity > 0) return (await store.cart.updateLineItem(id, lineId, { quantity }, fields)).cart
          await store.cart.deleteLineItem(id, lineId)
          return (await store.cart.retrieve(id, fields)).cart
        }),
      update: (values: HttpTypes.StoreUpdateCart) => change(async () => (await store.cart.update(currentId(), values, fields)).cart),
      chooseShipping: (option_id: string) =>
        change(async () => (await store.cart.addShippingMethod(currentId(), { option_id }, fields)).cart),
      complete: async () => {
        let order: HttpTypes.StoreOrder | undefined
        await change(async () => {
          const { cart: current } = await store.cart.retrieve(currentId(), { fields: "*payment_collection" })
          // Medusa reuses the cart's payment collection, so that asking again after a failure does no harm.
          await store.payment.initiatePaymentSession(current, { provider_id: MANUAL_PAYMENT })
          const result = await store.cart.complete(current.id)
          if (result.type === "cart") throw new Refused(result.error.message)
          order = result.order
          return null
        })
        return order
      },
    } satisfies Partial<CartState>
  }, [change])

  const state = useMemo<CartState>(
    () => ({ ...actions, cart, busy: pending > 0, error, drawerOpen, setDrawerOpen, reload }),
    [actions, cart, pending, error, drawerOpen, reload],
  )

  return <Context value={state}>{children}</Context>
}
