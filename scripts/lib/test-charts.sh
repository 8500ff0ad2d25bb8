#!/usr/bin/env bash
# Usage: scripts/lib/test-charts.sh
#
# Renders both charts with every values file and with values that can't work. The API server judges the result when the
# platform is installed; this finds what needs no cluster to be found.

set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/lib/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"

use_tools
platform=$REPO_ROOT/helm/store-platform
instance=$REPO_ROOT/helm/store-instance
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# renders NAME CHART FLAG…: the chart passes lint and renders, into $work/NAME.yaml.
renders() {
  local name=$1 chart=$2
  shift 2
  helm lint --quiet --strict "$chart" "$@" >&2 || die "helm lint $chart $*"
  helm template "$name" "$chart" "$@" >"$work/$name.yaml" || die "helm template $chart $*"
}

# refuses MESSAGE CHART FLAG…: rendering fails, and the message says why.
refuses() {
  local message=$1 chart=$2 said
  shift 2
  if said=$(helm template refused "$chart" "$@" 2>&1); then die "$chart accepts $*"; fi
  grep -qF -- "$message" <<<"$said" || die "$chart refuses $* without saying '$message': $said"
}

# contains NAME TEXT, lacks NAME TEXT: of what was rendered.
contains() { grep -qF -- "$2" "$work/$1.yaml" || die "$1 has no '$2'"; }
lacks() { ! grep -qF -- "$2" "$work/$1.yaml" || die "$1 has '$2'"; }

renders local "$platform" -f "$platform/values-local.yaml" --set public.port=8080
contains local 'host: api.localhost'
contains local 'kind: StatefulSet'
contains local "{ name: HEALTH_INTERVAL, value: 60s }"
contains local '{ name: CORS_ORIGINS, value: http://dashboard.localhost:8080 }'
[[ $(grep -cF '{ name: DASHBOARD_ORIGIN, value: http://dashboard.localhost:8080 }' "$work/local.yaml") == 2 ]] ||
  die "not each engine's shop may be shown in the dashboard"
lacks local 'HorizontalPodAutoscaler'
# A backend without its schema is not ready, so an upgrade with a broken migration stops; and it is alive all the same.
[[ $(grep -cF 'path: /api/health/ready' "$work/local.yaml") == 1 &&
  $(grep -A1 'readinessProbe:' "$work/local.yaml") == *'path: /api/health/ready'* ]] || die "the backend is ready without its schema"
[[ $(grep -cF 'path: /api/health/live' "$work/local.yaml") == 2 ]] || die "startup and liveness don't ask whether the backend lives"

# A browser's Origin leaves the scheme's own port out.
renders local-80 "$platform" -f "$platform/values-local.yaml" --set public.port=80
contains local-80 '{ name: CORS_ORIGINS, value: http://dashboard.localhost }'

prod=(-f "$platform/values-prod.yaml" --set domain=shops.example.com)
oidc=(--set backend.auth.oidc.issuer=https://login.example.com:8443/realms/shops
  --set backend.auth.oidc.audience=https://api.shops.example.com --set backend.auth.oidc.clientId=dashboard
  --set 'backend.trustedProxies={10.42.0.0/16}')
renders prod "$platform" "${prod[@]}" "${oidc[@]}" --set backend.auth.oidc.existingSecret=oidc-client \
  --set backend.auth.oidc.caSecret=oidc-ca --set backend.tracesEndpoint=http://collector.monitoring:4318
contains prod 'cert-manager.io/cluster-issuer: letsencrypt'
contains prod 'kind: HorizontalPodAutoscaler'
contains prod 'kind: PodDisruptionBudget'
lacks prod 'admin-password'
contains prod '{ name: AUTH_MODE, value: oidc }'
contains prod '{ name: OIDC_ISSUER, value: "https://login.example.com:8443/realms/shops" }'
contains prod 'secretKeyRef: { name: oidc-client, key: client-secret }'
contains prod 'mountPath: /etc/oidc'
contains prod '{ protocol: TCP, port: 8443 }'
contains prod '{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://collector.monitoring:4318" }'
contains prod '{ protocol: TCP, port: 4318 }'
contains prod 'config.json: "{\"auth\":\"oidc\"}"'
contains local 'config.json: "{\"auth\":\"header\"}"'
lacks local 'OIDC_'
lacks local 'OTEL_'
contains prod '{ name: METRICS_PER_STORE, value: "false" }'
# Nothing is deleted of which nobody said so.
contains local '{ name: IDLE_DELETE_DAYS, value: "0" }'
contains prod '{ name: IDLE_DELETE_DAYS, value: "0" }'

renders idle "$platform" --set domain=shops.example.com --set stores.idle.deleteAfterDays=7
contains idle '{ name: IDLE_DELETE_DAYS, value: "7" }'
contains idle '{ name: IDLE_WARN_DAYS, value: "2" }'

renders external "$platform" --set domain=shops.example.com --set postgresql.enabled=false \
  --set postgresql.external.host=db.example.com --set postgresql.external.existingSecret=db
lacks external 'kind: StatefulSet'
contains external 'db.example.com'

# Pods read their Secrets and files at their start: they are made anew when those change, and by nothing else.
deployment_of() {
  local part=$1
  shift
  helm template same "$platform" -f "$platform/values-local.yaml" --show-only "templates/$part/deployment.yaml" "$@"
}
# renews PART FLAG…: with the flags its pods are others than without.
renews() {
  local before after
  before=$(deployment_of "$1")
  after=$(deployment_of "$@")
  [[ $(deployment_of "$1") == "$before" ]] || die "the pods of $1 are others though nothing has changed"
  [[ $after != "$before" ]] || die "the pods of $1 stay though ${*:2}"
}
renews orchestrator --set stores.adminPassword=another
renews dashboard --set backend.auth.mode=oidc --set backend.auth.adminUsers=null "${oidc[@]}"
lacks prod 'checksum/admin-password'

# Every container of the platform is as locked down as those of the stores. What a StoreEngine says of images is data.
for name in local prod external; do
  awk -v RS='---\n' '
    /kind: StoreEngine/ { next }
    {
      containers = gsub(/\n +(- )?image: /, "&"); all += containers
      if (containers != gsub(/readOnlyRootFilesystem: true/, "&") || containers && !/runAsNonRoot: true/) { print; bad = 1 }
    }
    END { exit bad || !all }' "$work/$name.yaml" >&2 || die "$name: a container without a read-only root, or as root; see above"
done
grep -qF 'runAsUser: 101' <(deployment_of dashboard) || die "the dashboard's web server is not user 101"

refuses 'domain is required' "$platform"
refuses 'domian' "$platform" --set domian=x.example
refuses 'oidc.issuer is required' "$platform" "${prod[@]}"
refuses 'oidc.clientId is required' "$platform" "${prod[@]}" "${oidc[@]}" --set backend.auth.oidc.clientId=
refuses 'trustedProxies is required: the networks' "$platform" "${prod[@]}" "${oidc[@]}" --set backend.trustedProxies=null
refuses 'adminUsers is for header mode' "$platform" "${prod[@]}" "${oidc[@]}" --set 'backend.auth.adminUsers={root}'
refuses 'mode' "$platform" --set domain=x.example --set backend.auth.mode=trust
refuses 'tracesEndpoint' "$platform" --set domain=x.example --set backend.tracesEndpoint=https://collector:4318
refuses 'replicas' "$platform" --set domain=x.example --set backend.replicas=99
refuses 'healthInterval' "$platform" --set domain=x.example --set orchestrator.healthInterval=often
refuses 'scheme' "$platform" --set domain=x.example --set public.scheme=ftp
refuses 'warnDays (7) must be less' "$platform" --set domain=x.example --set stores.idle.deleteAfterDays=7 \
  --set stores.idle.warnDays=7
refuses 'warnDays' "$platform" --set domain=x.example --set stores.idle.warnDays=0
refuses 'external.host is required' "$platform" --set domain=x.example --set postgresql.enabled=false
refuses 'not both' "$platform" --set domain=x.example --set ingress.tls.enabled=true \
  --set ingress.tls.secretName=a --set ingress.tls.clusterIssuer=b
refuses 'needs ingress.tls.secretName' "$platform" --set domain=x.example --set ingress.tls.enabled=true

renders shop "$instance" --set engine=medusa
contains shop 'kind: Store'
refuses 'engine is required' "$instance"
# shellcheck disable=SC2016 # the chart gets it as it stands
refuses 'displayName' "$instance" --set engine=medusa --set 'displayName=$(rm -rf)'

log "both charts render, and refuse what can't work"
