{{/* One name for ServiceAccount, Service and Deployment: identities and policies of both meshes rest on it. */}}
{{- define "service.name" -}}
{{- if .Values.name }}{{ .Values.name }}{{ else if ne .Chart.Name "service" }}{{ .Chart.Name }}{{ else }}{{ .Release.Name }}{{ end -}}
{{- end -}}

{{/* The version of what is installed: that of the chart that renders this one, as `helm package --app-version` sets it. */}}
{{- define "service.appVersion" -}}
{{- (.Parent | default .).Chart.AppVersion -}}
{{- end -}}

{{/* Any text as the value of a label: a version's `+`, a digest or a length above 63 are invalid there. */}}
{{- define "service.labelValue" -}}
{{- regexReplaceAll "[^A-Za-z0-9_.-]" (splitList "@" (toString .) | first) "_" | trunc 63 | trimAll "-_." -}}
{{- end -}}

{{/* A version as the tag of an image. */}}
{{- define "service.tag" -}}
{{- regexReplaceAll "[^A-Za-z0-9_.-]" (toString .) "_" | trunc 128 | trimPrefix "-" | trimPrefix "." -}}
{{- end -}}

{{- define "service.selector" -}}
app.kubernetes.io/name: {{ include "service.name" . | toYaml }}
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
{{- end -}}

{{- define "service.podLabels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/version: {{ include "service.labelValue" (include "service.appVersion" .) | quote }}
app.kubernetes.io/part-of: throughline
{{- end -}}

{{- define "service.labels" -}}
{{ include "service.podLabels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ include "service.labelValue" (printf "service-%s" .Chart.Version) }}
{{- end -}}

{{/* Labels and annotations of a user beside the chart's own. Takes {map, own, at, context, labels: whether these are labels,
whose values have rules}; values may be templates, and empty ones are left out. A key that is in the object already would
make it invalid YAML. */}}
{{- define "service.map" -}}
{{- $rendered := dict -}}
{{- range $key, $value := .map -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $text := tpl (toString $value) $.context | trim -}}
{{- if $text -}}
{{- if has $key ($.own | default list) }}{{ fail (printf "%s: %s is set by the chart" $.at $key) }}{{ end -}}
{{- if and $.labels (not (regexMatch "^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$" $text)) -}}
{{- fail (printf "%s: %s may not be %q; a label has up to 63 letters, digits, `-`, `_` and `.`" $.at $key $text) -}}
{{- end -}}
{{- $_ := set $rendered $key $text -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $rendered }}{{ toYaml $rendered }}{{ end -}}
{{- end -}}

{{/* What a label or an annotation of a pod comes to: its value may be a template, and an empty one is left out. Takes {map, key, context}. */}}
{{- define "service.rendered" -}}
{{- tpl (toString (get (.map | default dict) .key | default "")) .context | trim -}}
{{- end -}}

{{/* A value as JSON without the nulls in it; with a context, its strings are templates and stay strings. Takes {value, context}. */}}
{{- define "service.json" -}}
{{- $parts := list -}}
{{- if kindIs "map" .value -}}
{{- range $key, $one := .value -}}
{{- if not (kindIs "invalid" $one) -}}
{{- $parts = append $parts (printf "%s:%s" (toJson $key) (include "service.json" (dict "value" $one "context" $.context))) -}}
{{- end -}}
{{- end -}}
{{ printf "{%s}" (join "," $parts) }}
{{- else if kindIs "slice" .value -}}
{{- range .value -}}
{{- if not (kindIs "invalid" .) }}{{ $parts = append $parts (include "service.json" (dict "value" . "context" $.context)) }}{{ end -}}
{{- end -}}
{{ printf "[%s]" (join "," $parts) }}
{{- else if and .context (kindIs "string" .value) -}}
{{ tpl .value .context | toJson }}
{{- else -}}
{{ toJson .value }}
{{- end -}}
{{- end -}}

{{/* The same as YAML. */}}
{{- define "service.yaml" -}}
{{- get (fromJson (printf "{\"value\":%s}" (include "service.json" .))) "value" | toYaml -}}
{{- end -}}
