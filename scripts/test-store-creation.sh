#!/usr/bin/env bash
# Usage: scripts/test-store-creation.sh [woocommerce|medusa] [options]
#
# Buys something in a store of its own: creates the store by the API, waits until it is Ready, puts a sample product into
# the cart, places an order, finds the order in the admin by the documented login, deletes the store, and waits until
# nothing of it is left. The last line says PASSED or FAILED; so does the exit code.
#
#   woocommerce|medusa   engine of the store (default: woocommerce)
#   --api URL            address of the API (default: that of the local cluster, see scripts/status.sh)
#   --user NAME          whose store it is, sent as x-user-id (default: test-store-creation)
#   --timeout SECONDS    how long the store may take to become Ready (default: 600)
#   --keep               leave the store in place at the end
#   --help               this text
#
# STORE_ADMIN_PASSWORD is the admin's password where the platform was not installed with values-local.yaml.

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

engine=woocommerce api="" user=test-store-creation timeout=600 keep=false
while (($#)); do
  case $1 in
    woocommerce | medusa) engine=$1 ;;
    --api) api=$(flag_value "$@"); shift ;;
    --user) user=$(flag_value "$@"); shift ;;
    --timeout) timeout=$(flag_value "$@"); shift ;;
    --keep) keep=true ;;
    -h | --help) usage_of "$0"; exit 0 ;;
    *) reject_flag "$1" "woocommerce medusa --api --user --timeout --keep --help" ;;
  esac
  shift
done
[[ $timeout =~ ^[1-9][0-9]{0,4}$ ]] || reject_flag "$timeout" "--timeout with a whole number of seconds (see --help)"

# The documented logins of local installs (values-local.yaml).
declare -A admin_user=([woocommerce]=admin [medusa]=admin@example.com)
admin_password=${STORE_ADMIN_PASSWORD:-admin}
product="Blue Shirt" price_cents=2999
email=shopper@example.com

install_packages curl jq
if [[ -z $api ]]; then
  status=$("$REPO_ROOT/scripts/status.sh" --json) || die "the platform can't be found; start it with 'make up', or give --api"
  api=$(jq -r .api <<<"$status")
  export KUBECONFIG=${KUBECONFIG:-$(jq -r .kubeconfig <<<"$status")}
fi

work=$(mktemp -d)
id="" passed=false
finish() {
  local code=$?
  if [[ $passed == true ]]; then
    [[ $keep == true ]] || rm -rf "$work"
    exit 0
  fi
  # What is half done is cleaned away, so that a failed run leaves no store behind.
  if [[ -n $id && $keep == false ]]; then
    curl -sS -o /dev/null -m 10 -X DELETE -H "x-user-id: $user" "$api/api/stores/$id" || true
  fi
  printf 'FAILED: %s store %s; the last answers are in %s\n' "$engine" "$id" "$work"
  exit "$((code ? code : 1))"
}
trap finish EXIT

# request NAME METHOD URL [curl options…]: the body goes to $work/NAME.body, the headers to $work/NAME.headers, the status
# code into $code. No redirect is followed.
code=""
request() {
  local name=$1 method=$2 url=$3
  shift 3
  code=$(curl -sS -m 60 -X "$method" -D "$work/$name.headers" -o "$work/$name.body" -w '%{http_code}' "$@" "$url") ||
    die "$method $url did not answer"
}

# expect CODE NAME: the last request answered CODE.
expect() {
  [[ $code == "$1" ]] || die "$2 answered $code instead of $1: $(head -c 400 "$work/$2.body")"
}

api_request() {
  local name=$1 method=$2 path=$3
  shift 3
  request "$name" "$method" "$api$path" -H "x-user-id: $user" "$@"
}

create() {
  local body
  body=$(jq -n --arg engine "$engine" '{name: "Test shop", engine: $engine}')
  api_request create POST /api/stores -H 'content-type: application/json' -H "idempotency-key: $(basename "$work")-$$" -d "$body"
  expect 202 create
  id=$(jq -re .id "$work/create.body")
  log "created store $id"
}

# Prints every step of the timeline once, when it has ended.
phase="" shown=""
is_ready() {
  local steps line
  api_request store GET "/api/stores/$id"
  expect 200 store
  phase=$(jq -r .status "$work/store.body")
  steps=$(jq -r '.timeline[]? | select(.state == "Succeeded") | "\(.name): \(.message // "done")"' "$work/store.body")
  while IFS= read -r line; do
    [[ -z $line || $shown == *"|$line|"* ]] && continue
    shown+="|$line|"
    log "  $(seconds_since "$started")  $line"
  done <<<"$steps"
  [[ $phase != Failed ]] || die "the store failed: $(jq -r '.message // "no reason given"' "$work/store.body")"
  [[ $phase == Ready ]]
}

is_gone() {
  api_request gone GET "/api/stores/$id"
  [[ $code == 404 ]] && return
  expect 200 gone
  return 1
}

# shows PAGE: what a visitor reads there holds the sample products. Prices are looked for as people see them.
shop_woocommerce() {
  request storefront GET "$url/shop/"
  expect 200 storefront
  local text
  for text in "Blue Shirt" "Red Hat" 29.99 14.99; do
    grep -qF "$text" "$work/storefront.body" || die "the shop page $url/shop/ does not show '$text'"
  done
  log "the shop shows its products"

  local store=$url/wp-json/wc/store/v1 token product_id
  request cart GET "$store/cart"
  expect 200 cart
  token=$(sed -nE 's/^cart-token: *([^\r]+)\r?$/\1/Ip' "$work/cart.headers")
  [[ -n $token ]] || die "the cart has no Cart-Token"
  request products GET "$store/products"
  expect 200 products
  product_id=$(jq -re --arg name "$product" '.[] | select(.name == $name) | .id' "$work/products.body")
  request add-item POST "$store/cart/add-item" -H "cart-token: $token" -H 'content-type: application/json' \
    -d "{\"id\": $product_id, \"quantity\": 1}"
  expect 201 add-item
  [[ $(jq -r .totals.total_items "$work/add-item.body") == "$price_cents" ]] || die "the cart does not cost 29.99"
  local address='{"first_name":"Ada","last_name":"Lovelace","address_1":"1 Main Street","city":"Springfield","state":"CA","postcode":"90001","country":"US","email":"'$email'","phone":"5550100"}'
  request customer POST "$store/cart/update-customer" -H "cart-token: $token" -H 'content-type: application/json' \
    -d "{\"billing_address\": $address, \"shipping_address\": $address}"
  expect 200 customer
  request checkout POST "$store/checkout" -H "cart-token: $token" -H 'content-type: application/json' \
    -d "{\"billing_address\": $address, \"shipping_address\": $address, \"payment_method\": \"cod\"}"
  expect 200 checkout
  order=$(jq -re .order_id "$work/checkout.body")
  [[ $(jq -r .payment_result.payment_status "$work/checkout.body") == success ]] || die "order $order was not accepted"
}

# Logs in as a person does, by the form, and reads the page of orders.
see_order_woocommerce() {
  local jar=$work/cookies
  request login-form GET "$url/wp-login.php" -c "$jar"
  expect 200 login-form
  request login POST "$url/wp-login.php" -b "$jar" -c "$jar" \
    --data-urlencode "log=${admin_user[$engine]}" --data-urlencode "pwd=$admin_password" \
    --data-urlencode "redirect_to=$url/wp-admin/" --data-urlencode "testcookie=1"
  expect 302 login
  request orders GET "$url/wp-admin/admin.php?page=wc-orders" -b "$jar"
  expect 200 orders
  grep -qF "#$order Ada Lovelace" "$work/orders.body" || die "order $order is not on the admin's page of orders"
}

# medusa NAME METHOD PATH [curl options…]
medusa() {
  local name=$1 method=$2 path=$3
  shift 3
  request "$name" "$method" "$url$path" -H 'content-type: application/json' "$@"
  expect 200 "$name"
}

shop_medusa() {
  request storefront GET "$url/"
  expect 200 storefront
  local key region product_query variant cart option collection text
  for text in "Blue Shirt" "Red Hat" 29.99 14.99; do
    grep -qF "$text" "$work/storefront.body" || die "the storefront $url/ does not show '$text'"
  done
  log "the shop shows its products"
  key=$(grep -oE 'pk_[0-9a-f]+' "$work/storefront.body" | head -n 1)
  [[ -n $key ]] || die "the storefront has no publishable key"
  medusa regions GET /store/regions -H "x-publishable-api-key: $key"
  region=$(jq -re '.regions[0].id' "$work/regions.body")
  product_query="region_id=$region&fields=*variants.calculated_price"
  medusa products GET "/store/products?$product_query" -H "x-publishable-api-key: $key"
  variant=$(jq -re --arg name "$product" '.products[] | select(.title == $name) | .variants[0].id' "$work/products.body")
  [[ $(jq -r --arg id "$variant" '.products[].variants[] | select(.id == $id) | .calculated_price.calculated_amount' \
    "$work/products.body") == 29.99 ]] || die "$product does not cost 29.99"

  medusa cart POST /store/carts -H "x-publishable-api-key: $key" -d "{\"region_id\": \"$region\"}"
  cart=$(jq -re .cart.id "$work/cart.body")
  medusa line POST "/store/carts/$cart/line-items" -H "x-publishable-api-key: $key" \
    -d "{\"variant_id\": \"$variant\", \"quantity\": 1}"
  local address='{"first_name":"Ada","last_name":"Lovelace","address_1":"1 Main Street","city":"Springfield","province":"CA","postal_code":"90001","country_code":"us"}'
  medusa customer POST "/store/carts/$cart" -H "x-publishable-api-key: $key" \
    -d "{\"email\": \"$email\", \"shipping_address\": $address, \"billing_address\": $address}"
  medusa options GET "/store/shipping-options?cart_id=$cart" -H "x-publishable-api-key: $key"
  option=$(jq -re '.shipping_options[0].id' "$work/options.body")
  medusa shipping POST "/store/carts/$cart/shipping-methods" -H "x-publishable-api-key: $key" -d "{\"option_id\": \"$option\"}"
  medusa collection POST /store/payment-collections -H "x-publishable-api-key: $key" -d "{\"cart_id\": \"$cart\"}"
  collection=$(jq -re .payment_collection.id "$work/collection.body")
  medusa session POST "/store/payment-collections/$collection/payment-sessions" -H "x-publishable-api-key: $key" \
    -d '{"provider_id": "pp_system_default"}'
  medusa complete POST "/store/carts/$cart/complete" -H "x-publishable-api-key: $key"
  [[ $(jq -r .type "$work/complete.body") == order ]] || die "the cart did not become an order"
  order=$(jq -re .order.display_id "$work/complete.body")
}

see_order_medusa() {
  medusa login POST /auth/user/emailpass \
    -d "$(jq -n --arg email "${admin_user[$engine]}" --arg password "$admin_password" '{email: $email, password: $password}')"
  local token
  token=$(jq -re .token "$work/login.body")
  medusa orders GET '/admin/orders?fields=display_id,email' -H "authorization: Bearer $token"
  jq -e --argjson order "$order" --arg email "$email" \
    'any(.orders[]; .display_id == $order and .email == $email)' "$work/orders.body" >/dev/null ||
    die "order $order is not among the admin's orders"
  request admin GET "$url/admin" -H 'accept: text/html'
  if [[ $code != 30[1278] ]] || ! grep -qiE '^location: .*/app' "$work/admin.headers"; then
    die "/admin does not lead a browser to the admin pages"
  fi
}

delete() {
  local begun
  begun=$(now_ms)
  api_request delete DELETE "/api/stores/$id"
  expect 202 delete
  poll 30 is_gone || die "the store is still there 30 s after it was deleted"
  # The API's word is not enough where the cluster can be asked.
  if kubectl get namespaces -o name >/dev/null 2>&1; then
    [[ -z $(kubectl get namespace "store-$id" --ignore-not-found -o name) ]] || die "namespace store-$id is still there"
    [[ -z $(kubectl get store "$id" --ignore-not-found -o name) ]] || die "Store $id is still there"
    local left
    left=$(kubectl get persistentvolumes -o json | jq -r --arg ns "store-$id" '.items[] | select(.spec.claimRef.namespace == $ns) | .metadata.name')
    [[ -z $left ]] || die "volumes of the store are still there: $left"
  fi
  log "deleted; nothing is left after $(seconds_since "$begun")"
}

started=$(now_ms)
create
poll "$timeout" is_ready ||
  die "the store is not Ready after $timeout s; it is $phase: $(jq -r '.message // .status' "$work/store.body")"
ready_after=$(seconds_since "$started")
url=$(jq -re .url "$work/store.body")
log "Ready after $ready_after at $url"
order=""
"shop_$engine"
log "placed order $order"
"see_order_$engine"
log "the order is in the admin"
if [[ $keep == true ]]; then
  log "the store is kept: $url (admin: $(jq -r .adminUrl "$work/store.body"))"
else
  delete
fi
passed=true
printf 'PASSED: %s store Ready after %s, order %s placed and seen in the admin\n' "$engine" "$ready_after" "$order"
