{{- define "mesh.labels" -}}
app.kubernetes.io/name: throughline-mesh
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "mesh-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_." }}
{{- end -}}

{{/* What stands before a value's path in a message. */}}
{{- define "mesh.at" -}}
{{- if not .Chart.IsRoot }}{{ .Chart.Name }}.{{ end -}}
{{- end -}}

{{/* "true" when this chart installs anything. Refuses nulls: left out, they would leave the mesh open or untraced. */}}
{{- define "mesh.isCreated" -}}
{{- if ternary .Chart.IsRoot .Values.create (kindIs "invalid" .Values.create) -}}
{{- range list "proxyDefaults.create" "accessLogs.enabled" "tracing.enabled" "tracing.collector.host" "tracing.collector.port" "tracing.samplingPercent" "mesh.create" "mesh.meshDestinationsOnly" "defaultDeny.create" -}}
{{- $value := $.Values -}}
{{- range splitList "." . }}{{ if kindIs "map" $value }}{{ $value = get $value . }}{{ else }}{{ $value = "" }}{{ end }}{{ end -}}
{{- if or (kindIs "invalid" $value) (eq (toString $value) "") -}}
{{- fail (printf "%s%s: may not be null or empty; leave the key out to have its default" (include "mesh.at" $) .) -}}
{{- end -}}
{{- end -}}
true
{{- end -}}
{{- end -}}
