{{- define "istio.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: throughline
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The identity of a service account of this namespace, as policies name it. Takes {context, account}. */}}
{{- define "istio.principal" -}}
{{ .context.Values.global.istio.trustDomain }}/ns/{{ .context.Release.Namespace }}/sa/{{ .account }}
{{- end -}}

{{/* What the schema can't say. */}}
{{- define "istio.check" -}}
{{- range $alias := list "counting" "dashboard" -}}
{{- if (get $.Values $alias).name -}}
{{- fail (printf "%s.name: policies, the upstream and the service's identity rest on the name %q; leave it empty" $alias $alias) -}}
{{- end -}}
{{- end -}}
{{- $istio := .Values.global.istio -}}
{{- if and (eq $istio.injection "revision") (not $istio.revision) -}}
{{- fail "global.istio.revision: injection by revision needs the name of one" -}}
{{- end -}}
{{- if and (not .Values.dashboard.allowed) (not .Values.authorization.denyAll) -}}
{{- fail "dashboard.allowed is false, but with authorization.denyAll false nothing refuses the call" -}}
{{- end -}}
{{- end -}}
