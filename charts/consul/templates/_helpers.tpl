{{- define "consul.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
app.kubernetes.io/part-of: throughline
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ include "service.labelValue" (printf "%s-%s" .Chart.Name .Chart.Version) }}
{{- end -}}

{{/* What the schema can't say. */}}
{{- define "consul.check" -}}
{{- include "service.checkGlobal" (dict "context" . "known" (list "image" "traceBackend" "transparentProxy" "nativeSidecar" "gateway")) -}}
{{- include "service.require" (dict "values" .Values "at" "" "paths" (list "counting.global" "dashboard.global" "dashboard.allowed" "intentions.create" "observability" "global.transparentProxy.enabled" "global.gateway.enabled" "global.gateway.name" "global.gateway.className" "global.gateway.port")) -}}
{{- include "consul.checkService" (dict "context" . "name" "counting" "annotations" (list "consul.hashicorp.com/connect-inject" "consul.hashicorp.com/transparent-proxy")) -}}
{{- include "consul.checkService" (dict "context" . "name" "dashboard" "annotations" (list "consul.hashicorp.com/connect-inject" "consul.hashicorp.com/transparent-proxy" "consul.hashicorp.com/connect-service-upstreams")) -}}
{{- if .Values.global.gateway.enabled }}{{ include "consul.checkPort" (dict "at" "global.gateway.port" "port" .Values.global.gateway.port) }}{{ end -}}
{{- if and .Values.global.gateway.enabled (has .Values.global.gateway.name (list "counting" "dashboard" "jaeger")) -}}
{{- fail (printf "global.gateway.name is %q, which is the name of a service; a gateway is a service of its own in Consul" .Values.global.gateway.name) -}}
{{- end -}}
{{- if eq (toString .Values.counting.allowed) "false" }}{{ fail "counting.allowed: has no effect, as counting calls no one; `dashboard.allowed` decides" }}{{ end -}}
{{- include "service.refusePort" (dict "at" "dashboard.port" "port" .Values.dashboard.port "taken" (list (int .Values.counting.port)) "by" "the sidecar's upstream counting") -}}
{{- end -}}

{{/* Takes {context, name, annotations: those without which the pod would not be in the mesh as the rest believes}. */}}
{{- define "consul.checkService" -}}
{{- $values := get .context.Values .name -}}
{{- if $values.name -}}
{{- fail (printf "%s.name: intentions, the upstream and the service's identity rest on the name %q; leave it empty" .name .name) -}}
{{- end -}}
{{- include "consul.checkPort" (dict "at" (printf "%s.port" .name) "port" $values.port) -}}
{{- $pod := dict "map" $values.podAnnotations "context" (merge (dict "Parent" .context) (get .context.Subcharts .name)) -}}
{{- range .annotations -}}
{{- if not (include "service.rendered" (set $pod "key" .)) }}{{ fail (printf "%s.podAnnotations: %s may not be null or empty: the pod's place in the mesh rests on it" $.name .) }}{{ end -}}
{{- end -}}
{{- if ne (include "service.rendered" (set $pod "key" "consul.hashicorp.com/connect-inject")) "true" -}}
{{- fail (printf "%s.podAnnotations: consul.hashicorp.com/connect-inject must be true: nothing would guard the pod" .name) -}}
{{- end -}}
{{- end -}}

{{/* The ports of Consul's proxies (consul-dataplane's and the injector's defaults). Takes {at, port}. */}}
{{- define "consul.checkPort" -}}
{{- include "service.refusePort" (dict "at" .at "port" .port "taken" (list 15001 19000 20000 20100 20200 20300 20400 20500 20600) "by" "Consul's proxy") -}}
{{- end -}}
