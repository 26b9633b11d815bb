{{- define "observability.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
app.kubernetes.io/part-of: throughline-observability
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ include "service.labelValue" (printf "observability-%s" .Chart.Version) }}
{{- end -}}

{{/*
What stands beside the services. The mesh's chart includes it with this subchart's context: the templates need those of
`service`.
*/}}
{{- define "observability.objects" -}}
{{- if eq (toString .Values.enabled) "false" -}}
{{- fail "observability.enabled: has no effect; switch off `observability.jaeger.create`" -}}
{{- end -}}
{{- $parts := list -}}
{{- if (.Values.jaeger).create -}}
{{- $parts = append $parts "jaeger" -}}
{{- if ne (toString (.Values.jaeger.networkPolicy).enabled) "false" }}{{ $parts = append $parts "jaegerNetworkPolicy" }}{{ end -}}
{{- end -}}
{{- if (.Values.grafanaDashboard).create }}{{ $parts = append $parts "grafanaDashboard" }}{{ end -}}
{{- range $parts }}
---
{{ include (printf "observability.%s" .) $ }}
{{- end }}
{{- end -}}
