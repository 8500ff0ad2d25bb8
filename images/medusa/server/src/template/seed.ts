import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules, ProductStatus } from "@medusajs/framework/utils"
import {
  createInventoryLevelsWorkflow,
  createLocationFulfillmentSetWorkflow,
  createProductsWorkflow,
  createRegionsWorkflow,
  createServiceZonesWorkflow,
  createShippingOptionsWorkflow,
  createShippingProfilesWorkflow,
  createStockLocationsWorkflow,
  createTaxRegionsWorkflow,
  linkSalesChannelsToStockLocationWorkflow,
  updateStoresWorkflow,
} from "@medusajs/medusa/core-flows"
import { SAMPLE_PRODUCTS, type SampleProduct } from "./products"

const CURRENCY = "usd"
const COUNTRIES = ["us", "ca", "gb", "ie", "de", "fr", "es", "it", "nl", "be", "at", "ch", "se", "dk", "no", "au", "nz", "in"]
const STOCK_OF_EACH_VARIANT = 100
const FULFILLMENT_PROVIDER = "manual_manual"
const SHIPPING = [
  { name: "Standard", code: "standard", description: "3 to 5 working days", amount: 5 },
  { name: "Express", code: "express", description: "1 to 2 working days", amount: 12 },
]

/**
 * Fills a freshly migrated database with everything a checkout needs. The sales channel, the store and the publishable
 * key are those that Medusa makes by itself at its first start.
 */
export async function seed(container: MedusaContainer): Promise<void> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const link = container.resolve(ContainerRegistrationKeys.LINK)
  const {
    data: [store],
  } = await query.graph({ entity: "store", fields: ["id", "default_sales_channel_id"] })
  const salesChannel = store.default_sales_channel_id as string

  const {
    result: [region],
  } = await createRegionsWorkflow(container).run({
    input: {
      regions: [
        {
          name: "Worldwide",
          currency_code: CURRENCY,
          countries: COUNTRIES,
          payment_providers: ["pp_system_default"],
        },
      ],
    },
  })
  await createTaxRegionsWorkflow(container).run({
    input: COUNTRIES.map((country_code) => ({ country_code, provider_id: "tp_system" })),
  })

  const {
    result: [location],
  } = await createStockLocationsWorkflow(container).run({
    input: { locations: [{ name: "Warehouse", address: { address_1: "", country_code: "us" } }] },
  })
  await linkSalesChannelsToStockLocationWorkflow(container).run({ input: { id: location.id, add: [salesChannel] } })
  await link.create({
    [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
    [Modules.FULFILLMENT]: { fulfillment_provider_id: FULFILLMENT_PROVIDER },
  })

  const shippingProfile = await createShipping(container, location.id)
  await createProducts(container, salesChannel, shippingProfile)

  const { data: items } = await query.graph({ entity: "inventory_item", fields: ["id"] })
  await createInventoryLevelsWorkflow(container).run({
    input: {
      inventory_levels: items.map(({ id }) => ({
        inventory_item_id: id,
        location_id: location.id,
        stocked_quantity: STOCK_OF_EACH_VARIANT,
      })),
    },
  })

  await updateStoresWorkflow(container).run({
    input: {
      selector: { id: store.id },
      update: {
        supported_currencies: [{ currency_code: CURRENCY, is_default: true }],
        default_region_id: region.id,
        default_location_id: location.id,
      },
    },
  })
}

/** Makes the shipping options of the location; returns the id of the profile that products need to be shipped by them. */
async function createShipping(container: MedusaContainer, locationId: string): Promise<string> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const {
    result: [profile],
  } = await createShippingProfilesWorkflow(container).run({
    input: { data: [{ name: "Parcel", type: "default" }] },
  })

  await createLocationFulfillmentSetWorkflow(container).run({
    input: { location_id: locationId, fulfillment_set_data: { name: "Parcel shipping", type: "shipping" } },
  })
  const {
    data: [fulfillmentSet],
  } = await query.graph({ entity: "fulfillment_set", fields: ["id"] })
  const {
    result: [zone],
  } = await createServiceZonesWorkflow(container).run({
    input: {
      data: [
        {
          name: "Worldwide",
          fulfillment_set_id: fulfillmentSet.id,
          geo_zones: COUNTRIES.map((country_code) => ({ type: "country" as const, country_code })),
        },
      ],
    },
  })

  await createShippingOptionsWorkflow(container).run({
    input: SHIPPING.map(({ name, code, description, amount }) => ({
      name,
      price_type: "flat" as const,
      provider_id: FULFILLMENT_PROVIDER,
      service_zone_id: zone.id,
      shipping_profile_id: profile.id,
      type: { label: name, description, code },
      prices: [{ currency_code: CURRENCY, amount }],
      rules: [
        { attribute: "enabled_in_store", value: "true", operator: "eq" as const },
        { attribute: "is_return", value: "false", operator: "eq" as const },
      ],
    })),
  })
  return profile.id
}

/** One by one, the last first: the storefront shows the newest product first. */
async function createProducts(container: MedusaContainer, salesChannel: string, shippingProfile: string): Promise<void> {
  for (const product of SAMPLE_PRODUCTS.toReversed()) {
    await createProductsWorkflow(container).run({
      input: {
        products: [
          {
            title: product.title,
            subtitle: product.subtitle,
            handle: product.handle,
            description: product.description,
            status: ProductStatus.PUBLISHED,
            shipping_profile_id: shippingProfile,
            sales_channels: [{ id: salesChannel }],
            thumbnail: pictureUrl(product.handle),
            images: picturesOf(product).map((picture) => ({ url: pictureUrl(picture) })),
            options: [{ title: product.option, values: Object.keys(product.variants) }],
            variants: variantsOf(product),
          },
        ],
      },
    })
  }
}

/** A file of the storefront. */
const pictureUrl = (name: string) => `/pictures/${name}.svg`

const picturesOf = ({ handle, variants }: SampleProduct) => [
  ...new Set([handle, ...Object.values(variants).flatMap(({ picture }) => picture ?? [])]),
]

function variantsOf({ handle, option, variants }: SampleProduct) {
  return Object.entries(variants).map(([value, { price, picture }]) => ({
    title: value,
    thumbnail: picture && pictureUrl(picture),
    sku: `${handle}-${value}`.toUpperCase().replace(/[^A-Z0-9]+/g, "-"),
    manage_inventory: true,
    options: { [option]: value },
    prices: [{ currency_code: CURRENCY, amount: price }],
  }))
}
