{{/* Everything that the templates share. */}}

{{- define "store-platform.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels of an object; call with (list $ "component"). */}}
{{- define "store-platform.labels" -}}
{{- $root := index . 0 -}}
{{ include "store-platform.selector" . }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: store-platform
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{- define "store-platform.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: store-platform
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* An image reference; call with (list $ "name"). */}}
{{- define "store-platform.image" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $image := index $root.Values.images $name -}}
{{ $root.Values.images.registry }}/{{ $name }}:{{ $image.tag | default $root.Chart.AppVersion }}
{{- end -}}

{{/* The pod's security context; call with the uid. */}}
{{- define "store-platform.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "store-platform.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "store-platform.pullSecrets" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "store-platform.storesKeySecret" -}}
{{- .Values.secrets.storesKey | default (printf "%s-stores-key" (include "store-platform.name" .)) -}}
{{- end -}}

{{- define "store-platform.postgresqlSecret" -}}
{{- if .Values.postgresql.enabled -}}
{{- .Values.secrets.postgresqlPassword | default (printf "%s-postgresql" (include "store-platform.name" .)) -}}
{{- else -}}
{{- .Values.postgresql.external.existingSecret -}}
{{- end -}}
{{- end -}}

{{- define "store-platform.postgresqlHost" -}}
{{- if .Values.postgresql.enabled -}}
{{ include "store-platform.name" . }}-postgresql
{{- else -}}
{{ .Values.postgresql.external.host }}
{{- end -}}
{{- end -}}

{{/* What the dashboard reads at its start. */}}
{{- define "store-platform.dashboardConfig" -}}
{{- dict "auth" .Values.backend.auth.mode | toJson -}}
{{- end -}}

{{/*
Changes with the password of the stores' admins. Derived slowly (scrypt), so that whoever may read pods but no Secrets can't find it by
trying words.
*/}}
{{- define "store-platform.adminPasswordChecksum" -}}
{{- derivePassword 1 "maximum" .Values.stores.adminPassword .Release.Name "stores" | sha256sum | trunc 16 -}}
{{- end -}}

{{/* The Secret with the identity provider's certificates, where there is one. */}}
{{- define "store-platform.oidcCaSecret" -}}
{{- if eq .Values.backend.auth.mode "oidc" -}}{{- .Values.backend.auth.oidc.caSecret -}}{{- end -}}
{{- end -}}

{{/* The port of a URL; call with the URL. */}}
{{- define "store-platform.portOf" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $port | default (ternary "80" "443" (eq $url.scheme "http")) -}}
{{- end -}}

{{/*
scheme://host[:port] of a host below the domain; call with (list $ "api"). Without the scheme's own port, as browsers write an origin.
*/}}
{{- define "store-platform.url" -}}
{{- $root := index . 0 -}}
{{- $scheme := $root.Values.public.scheme -}}
{{- $port := int $root.Values.public.port -}}
{{- $own := eq $port (ternary 443 80 (eq $scheme "https")) -}}
{{ $scheme }}://{{ index . 1 }}.{{ $root.Values.domain }}{{ if and $port (not $own) }}:{{ $port }}{{ end }}
{{- end -}}

{{/* Values that a schema can't judge are judged here, once, before anything is made. */}}
{{- define "store-platform.validate" -}}
{{- if not .Values.domain -}}
{{- fail "domain is required: --set domain=shops.example.com (the platform is then at dashboard.shops.example.com), or use values-local.yaml" -}}
{{- end -}}
{{- if and (not .Values.postgresql.enabled) (not .Values.postgresql.external.host) -}}
{{- fail "postgresql.enabled is false, so postgresql.external.host is required" -}}
{{- end -}}
{{- if and (not .Values.postgresql.enabled) (not .Values.postgresql.external.existingSecret) -}}
{{- fail "postgresql.enabled is false, so postgresql.external.existingSecret is required: a Secret with the keys username and password" -}}
{{- end -}}
{{- if eq .Values.backend.auth.mode "oidc" -}}
{{- range $name := list "issuer" "audience" "clientId" -}}
{{- if not (index $.Values.backend.auth.oidc $name) -}}
{{- fail (printf "backend.auth.mode is oidc, so backend.auth.oidc.%s is required" $name) -}}
{{- end -}}
{{- end -}}
{{- if .Values.backend.auth.adminUsers -}}
{{- fail "backend.auth.adminUsers is for header mode; in oidc mode admins have the role backend.auth.oidc.adminRole" -}}
{{- end -}}
{{- if not .Values.backend.trustedProxies -}}
{{- fail "backend.trustedProxies is required: the networks of the ingress controller's pods, such as {10.42.0.0/16}; without it every caller has the controller's address, and they all share the limit of one address" -}}
{{- end -}}
{{- end -}}
{{- with .Values.stores.idle -}}
{{- if and .deleteAfterDays (ge (int .warnDays) (int .deleteAfterDays)) -}}
{{- fail (printf "stores.idle.warnDays (%d) must be less than stores.idle.deleteAfterDays (%d): owners are warned before their store is deleted" (int .warnDays) (int .deleteAfterDays)) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.ingress.tls.enabled .Values.ingress.tls.secretName .Values.ingress.tls.clusterIssuer -}}
{{- fail "ingress.tls: give secretName or clusterIssuer, not both" -}}
{{- end -}}
{{- if and .Values.ingress.tls.enabled (not .Values.ingress.tls.secretName) (not .Values.ingress.tls.clusterIssuer) -}}
{{- fail "ingress.tls.enabled needs ingress.tls.secretName (a certificate for *.<domain>) or ingress.tls.clusterIssuer (cert-manager)" -}}
{{- end -}}
{{- end -}}

{{/* The ClusterRole that the orchestrator binds in each store's namespace, and nowhere else. */}}
{{- define "store-platform.storeManagerRole" -}}
{{ include "store-platform.name" . }}-store-manager
{{- end -}}

{{/* The ClusterRole that the orchestrator binds to the API's account in each store's namespace, and nowhere else. */}}
{{- define "store-platform.storeReaderRole" -}}
{{ include "store-platform.name" . }}-store-reader
{{- end -}}

{{/* key=value,key=value */}}
{{- define "store-platform.labelList" -}}
{{- $pairs := list -}}
{{- range $key, $value := . -}}
{{- $pairs = append $pairs (printf "%s=%s" $key $value) -}}
{{- end -}}
{{- join "," $pairs -}}
{{- end -}}

{{/* Replicas on different nodes where there are several; call with (list $ "component"). */}}
{{- define "store-platform.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels: {{- include "store-platform.selector" . | nindent 6 }}
{{- end -}}

{{/* Peers of network policies. */}}
{{- define "store-platform.ingressPeers" -}}
- namespaceSelector:
    matchLabels: {{- toYaml .Values.ingress.controllerNamespaceLabels | nindent 6 }}
{{- end -}}

{{- define "store-platform.monitoringPeers" -}}
- namespaceSelector:
    matchLabels: {{- toYaml .Values.networkPolicies.monitoringNamespaceLabels | nindent 6 }}
{{- end -}}

{{- define "store-platform.dnsEgress" -}}
- to:
    - namespaceSelector:
        matchLabels: {{- toYaml .Values.networkPolicies.dnsNamespaceLabels | nindent 10 }}
  ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
{{- end -}}

{{/*
The API server is no pod, and its address behind the Service is the cluster's affair: its ports are what can be said.
*/}}
{{- define "store-platform.apiServerEgress" -}}
- ports:
    {{- range .Values.networkPolicies.apiServerPorts }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end -}}
