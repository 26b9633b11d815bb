{{- define "istio.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
app.kubernetes.io/part-of: throughline
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ include "service.labelValue" (printf "%s-%s" .Chart.Name .Chart.Version) }}
{{- end -}}

{{/* The identity of a service account of this namespace, as policies name it. Takes {context, account}. */}}
{{- define "istio.principal" -}}
{{ .context.Values.global.istio.trustDomain }}/ns/{{ .context.Release.Namespace }}/sa/{{ .account }}
{{- end -}}

{{/* What the schema can't say. */}}
{{- define "istio.check" -}}
{{- include "service.checkGlobal" (dict "context" . "known" (list "image" "traceBackend" "istio" "gateway")) -}}
{{- include "service.require" (dict "values" .Values "at" "" "paths" (list "counting.global" "dashboard.global" "dashboard.allowed" "observability" "global.istio.injection" "global.istio.trustDomain" "global.istio.clusterDomain" "global.gateway.enabled" "global.gateway.name" "global.gateway.className" "global.gateway.port" "mtls.create" "mtls.mode" "destinationRule.create" "authorization.denyAll" "authorization.allow" "telemetry.create" "telemetry.provider" "telemetry.sampling" "telemetry.accessLogs" "sidecar.create")) -}}
{{- $istio := .Values.global.istio -}}
{{- if and (eq $istio.injection "revision") (not $istio.revision) -}}
{{- fail "global.istio.revision: injection by revision needs the name of one" -}}
{{- end -}}
{{- $label := get (dict "podLabel" "sidecar.istio.io/inject" "revision" "istio.io/rev") $istio.injection -}}
{{- if eq (toString .Values.counting.allowed) "false" }}{{ fail "counting.allowed: has no effect, as counting calls no one; `dashboard.allowed` decides" }}{{ end -}}
{{- range $alias := list "counting" "dashboard" -}}
{{- $values := get $.Values $alias -}}
{{- if $values.name -}}
{{- fail (printf "%s.name: policies, the upstream and the service's identity rest on the name %q; leave it empty" $alias $alias) -}}
{{- end -}}
{{- $pod := dict "map" $values.podLabels "context" (merge (dict "Parent" $) (get $.Subcharts $alias)) -}}
{{- if and $label (not (include "service.rendered" (set $pod "key" $label))) -}}
{{- fail (printf "%s.podLabels: %s may not be null or empty with global.istio.injection %q: nothing would guard the pod" $alias $label $istio.injection) -}}
{{- end -}}
{{- if ne $istio.injection "none" -}}
{{- if not (has (include "service.rendered" (set $pod "key" "sidecar.istio.io/inject")) (list "" "true")) -}}
{{- fail (printf "%s.podLabels: sidecar.istio.io/inject must be true with global.istio.injection %q: nothing would guard the pod" $alias $istio.injection) -}}
{{- end -}}
{{- include "istio.checkPort" (dict "at" (printf "%s.port" $alias) "port" $values.port) -}}
{{- end -}}
{{- end -}}
{{- with .Values.global.gateway -}}
{{- if .enabled }}{{ include "istio.checkPort" (dict "at" "global.gateway.port" "port" .port) }}{{ end -}}
{{- if and .enabled (has .name (list "counting" "dashboard" "jaeger" "deny-all" "counting-allow-get" "dashboard-edge")) -}}
{{- fail (printf "global.gateway.name is %q, which this release calls something else" .name) -}}
{{- end -}}
{{- if and .enabled (gt (len (printf "%s-%s" .name .className)) 63) -}}
{{- fail (printf "global.gateway.name: Istio calls the gateway's Service %s-%s, which is longer than 63" .name .className) -}}
{{- end -}}
{{- end -}}
{{- $excluded := include "service.rendered" (dict "map" .Values.dashboard.podAnnotations "key" "traffic.sidecar.istio.io/excludeOutboundPorts" "context" (merge (dict "Parent" .) .Subcharts.dashboard)) -}}
{{- if and (ne $istio.injection "none") (has (toString .Values.counting.port) (splitList "," (nospace $excluded))) -}}
{{- fail (printf "counting.port: %d is a port that the dashboard's sidecar lets pass without mutual TLS; use another" (int .Values.counting.port)) -}}
{{- end -}}
{{- if and (not .Values.dashboard.allowed) (not .Values.authorization.denyAll) -}}
{{- fail "dashboard.allowed is false, but with authorization.denyAll false nothing refuses the call" -}}
{{- end -}}
{{- if gt (float64 .Values.telemetry.sampling) 100.0 -}}
{{- fail (printf "telemetry.sampling: %v is more than 100" .Values.telemetry.sampling) -}}
{{- end -}}
{{- end -}}

{{/* The ports of Istio's proxies (Istio, "Application Requirements"). Takes {at, port}. */}}
{{- define "istio.checkPort" -}}
{{- include "service.refusePort" (dict "at" .at "port" .port "taken" (list 15000 15001 15002 15004 15006 15008 15020 15021 15053 15090) "by" "Istio's proxy") -}}
{{- end -}}

{{/*
The trace backend as a Sidecar resource names it, `<namespace>/<host>`; empty when it is no Service of another namespace:
an address, or a name outside the cluster, is none, and one of this namespace is among `./*`.
*/}}
{{- define "istio.traceBackendHost" -}}
{{- $domain := .Values.global.istio.clusterDomain -}}
{{- $host := include "service.traceHost" . | lower | trimSuffix "." -}}
{{- $name := trimSuffix ".svc" (trimSuffix (printf ".svc.%s" $domain) $host) -}}
{{- if and (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?$" $name) (regexMatch "[a-z]" $name) -}}
{{- $namespace := splitList "." $name | last -}}
{{- if ne $namespace .Release.Namespace }}{{ printf "%s/%s.svc.%s" $namespace $name $domain }}{{ end -}}
{{- end -}}
{{- end -}}
