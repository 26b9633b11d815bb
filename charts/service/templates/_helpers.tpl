{{/* One name for ServiceAccount, Service and Deployment: identities and policies of both meshes rest on it. */}}
{{- define "service.name" -}}
{{- if .Values.name }}{{ .Values.name }}{{ else if ne .Chart.Name "service" }}{{ .Chart.Name }}{{ else }}{{ .Release.Name }}{{ end -}}
{{- end -}}

{{- define "service.selector" -}}
app.kubernetes.io/name: {{ include "service.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "service.podLabels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: throughline
{{- end -}}

{{- define "service.labels" -}}
{{ include "service.podLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: service-{{ .Chart.Version }}
{{- end -}}

{{- define "service.image" -}}
{{ .Values.image.repository | default (printf "throughline/%s" (include "service.name" .)) }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* A map whose values are templates; empty ones are left out. Takes {map, context}. */}}
{{- define "service.map" -}}
{{- $rendered := dict -}}
{{- range $key, $value := .map -}}
{{- $text := tpl (toString $value) $.context | trim -}}
{{- if $text }}{{ $_ := set $rendered $key $text }}{{ end -}}
{{- end -}}
{{- if $rendered }}{{ toYaml $rendered }}{{ end -}}
{{- end -}}

{{- define "service.traceHost" -}}
{{- tpl (((.Values.global).traceBackend).host | default "") . -}}
{{- end -}}
