{{/*
The three tracing settings of ProxyDefaults as data. Consul wants each as a string that holds JSON, and accepts a map
silently, but without traces; so they are built here as maps and printed by toJson in one place.
*/}}
{{- define "mesh.collectorCluster" -}}
{{- $host := tpl .Values.tracing.collector.host . | trim | trimPrefix "[" | trimSuffix "]" -}}
{{- if not $host }}{{ fail (printf "%stracing.collector.host: renders to nothing" (include "mesh.at" .)) }}{{ end -}}
{{- $address := dict "address" $host "port_value" (int .Values.tracing.collector.port) -}}
{{- $endpoint := dict "endpoint" (dict "address" (dict "socket_address" $address)) -}}
{{- dict
  "name" "trace_collector"
  "type" "STRICT_DNS"
  "connect_timeout" "1s"
  "load_assignment" (dict "cluster_name" "trace_collector" "endpoints" (list (dict "lb_endpoints" (list $endpoint))))
  | toJson -}}
{{- end -}}

{{- define "mesh.tracer" -}}
{{- $zipkin := dict
  "@type" "type.googleapis.com/envoy.config.trace.v3.ZipkinConfig"
  "collector_cluster" "trace_collector"
  "collector_endpoint" "/api/v2/spans"
  "collector_endpoint_version" "HTTP_JSON"
  "shared_span_context" false
  "trace_id_128bit" true -}}
{{- with .Values.tracing.w3cSinceEnvoy -}}
{{- if not (semverCompare ">=1.36" .) -}}
{{- fail (printf "%stracing.w3cSinceEnvoy is %q, but an Envoy before 1.36 does not know the field and would not start; leave it empty" (include "mesh.at" $) .) -}}
{{- end -}}
{{- $_ := set $zipkin "trace_context_option" "USE_B3_WITH_W3C_PROPAGATION" -}}
{{- end -}}
{{- dict "http" (dict "name" "envoy.tracers.zipkin" "typed_config" $zipkin) | toJson -}}
{{- end -}}

{{- define "mesh.sampling" -}}
{{- $percent := float64 .Values.tracing.samplingPercent -}}
{{- if gt $percent 100.0 }}{{ fail (printf "%stracing.samplingPercent: %v is more than 100" (include "mesh.at" .) $percent) }}{{ end -}}
{{- dict
  "@type" "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing"
  "random_sampling" (dict "value" $percent)
  | toJson -}}
{{- end -}}
