import type { HttpTypes } from "@medusajs/types"
import { useId, useState } from "react"
import { Link } from "wouter"
import { useCart } from "../cart/cart"
import { ErrorLine, Notice } from "../components/notice"
import { Picture } from "../components/picture"
import { Price } from "../components/price"
import { Quantity } from "../components/quantity"
import { useProduct } from "../lib/use-product"
import { useTitle } from "../lib/use-title"
import {
  availableQuantity,
  findVariant,
  initialVariant,
  optionsToChoose,
  picturesOf,
  type Selection,
  selectionOf,
} from "../lib/variants"
import { NotFoundPage } from "./not-found"

const FEW = 5
const MOST_AT_ONCE = 20

export function ProductPage({ handle }: { handle: string }) {
  const loaded = useProduct(handle)
  if (loaded === "loading") return <ProductSkeleton />
  if (loaded === "missing") return <NotFoundPage what="This product" />
  if ("error" in loaded) {
    return (
      <Notice title="This product can't be shown now" tone="error">
        <p>{loaded.error}</p>
        <Link className="button" href="/">
          Back to the shop
        </Link>
      </Notice>
    )
  }
  return <ProductDetails product={loaded.product} />
}

function ProductDetails({ product }: { product: HttpTypes.StoreProduct }) {
  useTitle(product.title)
  const { add, busy, error, setDrawerOpen } = useCart()
  const [selection, setSelection] = useState<Selection>(() => {
    const variant = initialVariant(product)
    return variant ? selectionOf(variant) : {}
  })
  const [quantity, setQuantity] = useState(1)
  const [tried, setTried] = useState(false)

  const variant = findVariant(product, selection)
  const available = variant ? availableQuantity(variant) : 0
  const most = Math.min(available, MOST_AT_ONCE)
  const forSale = variant?.calculated_price?.calculated_amount != null

  const addToCart = async () => {
    if (!variant) return
    setTried(true)
    if (await add(variant.id, Math.min(quantity, most))) setDrawerOpen(true)
  }

  return (
    <article className="product">
      <Gallery key={variant?.thumbnail} title={product.title} pictures={picturesOf(product, variant)} />
      <div className="product-text">
        <nav aria-label="Breadcrumb" className="breadcrumb">
          <Link href="/">All products</Link>
        </nav>
        <h1>{product.title}</h1>
        {product.subtitle && <p className="lede">{product.subtitle}</p>}
        <p className="product-price">
          <Price variants={variant ? [variant] : (product.variants ?? [])} />
        </p>
        {optionsToChoose(product).map((option) => (
          <OptionPicker
            key={option.id}
            option={option}
            chosen={selection[option.id]}
            soldOut={(value) => {
              const other = findVariant(product, { ...selection, [option.id]: value })
              return !other || availableQuantity(other) === 0
            }}
            onChoose={(value) => setSelection({ ...selection, [option.id]: value })}
          />
        ))}
        <div className="buy">
          <Quantity label="Quantity" value={Math.min(quantity, Math.max(most, 1))} min={1} max={most} onChange={setQuantity} />
          <button type="button" className="button button-large" disabled={!variant || !forSale || available === 0 || busy} onClick={addToCart}>
            {buttonText({ busy, known: Boolean(variant), available })}
          </button>
        </div>
        <p className="stock" role="status">
          {available > 0 && available <= FEW ? `Only ${available} left` : ""}
        </p>
        {tried && error && <ErrorLine>{error}</ErrorLine>}
        {product.description && <p className="description">{product.description}</p>}
      </div>
    </article>
  )
}

function buttonText({ busy, known, available }: { busy: boolean; known: boolean; available: number }): string {
  if (!known) return "Not available"
  if (available === 0) return "Sold out"
  return busy ? "Adding…" : "Add to cart"
}

interface OptionPickerProps {
  option: HttpTypes.StoreProductOption
  chosen: string | undefined
  soldOut: (value: string) => boolean
  onChoose: (value: string) => void
}

function OptionPicker({ option, chosen, soldOut, onChoose }: OptionPickerProps) {
  const name = useId()
  return (
    <fieldset className="options">
      <legend>
        {option.title}: <strong>{chosen}</strong>
      </legend>
      <div className="chips">
        {(option.values ?? []).map(({ id, value }) => (
          <label key={id} className="chip" data-sold-out={soldOut(value)}>
            <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => onChoose(value)} />
            <span>
              {value}
              {soldOut(value) && <span className="visually-hidden"> (sold out)</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Gallery({ title, pictures }: { title: string; pictures: string[] }) {
  const [shown, setShown] = useState(0)
  return (
    <div className="gallery">
      <Picture src={pictures[shown]} alt={title} eager />
      {pictures.length > 1 && (
        <ul className="thumbs" aria-label="Pictures">
          {pictures.map((src, index) => (
            <li key={src}>
              <button type="button" aria-label={`Picture ${index + 1} of ${pictures.length}`} aria-pressed={index === shown} onClick={() => setShown(index)}>
                <Picture src={src} alt="" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function ProductSkeleton() {
  return (
    <div className="product" aria-busy="true" aria-label="Loading">
      <div className="gallery">
        <span className="picture skeleton" />
      </div>
      <div className="product-text">
        <span className="skeleton skeleton-line" style={{ width: "60%", height: "2.4rem" }} />
        <span className="skeleton skeleton-line" style={{ width: "40%" }} />
        <span className="skeleton skeleton-line" style={{ width: "100%", height: "8rem" }} />
      </div>
    </div>
  )
}
