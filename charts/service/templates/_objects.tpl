{{/*
Every object of one service. The chart above includes it with the subchart's own context and its own as `Parent`, which
templates in values may name too: `{{ .Parent.Values.counting.port }}`.
*/}}
{{- define "service.objects" -}}
{{- include "service.check" . -}}
{{- $parts := list "deployment" "service" "serviceAccount" -}}
{{- if .Values.networkPolicy.enabled }}{{ $parts = append $parts "networkPolicy" }}{{ end -}}
{{- $budget := .Values.podDisruptionBudget | default dict -}}
{{- if and $budget.enabled (not (kindIs "invalid" $budget.maxUnavailable)) }}{{ $parts = append $parts "podDisruptionBudget" }}{{ end -}}
{{- if (.Values.autoscaling).enabled }}{{ $parts = append $parts "autoscaler" }}{{ end -}}
{{- if (.Values.podMonitor).enabled }}{{ $parts = append $parts "podMonitor" }}{{ end -}}
{{- if (.Values.tests).enabled }}{{ $parts = append $parts "healthTest" }}{{ end -}}
{{- range $parts }}
---
{{ include (printf "service.%s" .) $ }}
{{- end }}
{{- end -}}
