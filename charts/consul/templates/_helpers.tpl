{{- define "consul.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: throughline
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* What the schema can't say. */}}
{{- define "consul.check" -}}
{{- range $alias := list "counting" "dashboard" -}}
{{- if (get $.Values $alias).name -}}
{{- fail (printf "%s.name: intentions, the upstream and the service's identity rest on the name %q; leave it empty" $alias $alias) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.global.gateway.enabled (has .Values.global.gateway.name (list "counting" "dashboard")) -}}
{{- fail (printf "global.gateway.name is %q, which is the name of a service; a gateway is a service of its own in Consul" .Values.global.gateway.name) -}}
{{- end -}}
{{- end -}}
