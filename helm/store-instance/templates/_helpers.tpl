{{/*
The store's UUID: given, or a version 8 UUID (RFC 9562) from the release's namespace and name, so that every render of a
release means the same store.
*/}}
{{- define "store-instance.id" -}}
{{- if .Values.id -}}
{{ .Values.id }}
{{- else -}}
{{- $hash := sha256sum (printf "%s/%s" .Release.Namespace .Release.Name) -}}
{{ substr 0 8 $hash }}-{{ substr 8 12 $hash }}-8{{ substr 13 16 $hash }}-a{{ substr 17 20 $hash }}-{{ substr 20 32 $hash }}
{{- end -}}
{{- end -}}
