{{/* Where the app's exporter sends to; empty when no backend is known. */}}
{{- define "service.exportEndpoint" -}}
{{- $host := include "service.traceHost" . -}}
{{- if .Values.telemetry.endpoint -}}
{{- .Values.telemetry.endpoint -}}
{{- else if $host -}}
{{- get (dict "otlp" (printf "http://%s:4318" $host) "zipkin" (printf "http://%s:9411/api/v2/spans" $host) "jaeger" (printf "http://%s:14268/api/traces" $host)) .Values.telemetry.exporter -}}
{{- end -}}
{{- end -}}

{{- define "service.exporterEnvironment" -}}
{{- $endpoint := include "service.exportEndpoint" . -}}
{{- $variable := get (dict "otlp" "OTEL_EXPORTER_OTLP_ENDPOINT" "zipkin" "OTEL_EXPORTER_ZIPKIN_ENDPOINT" "jaeger" "OTEL_EXPORTER_JAEGER_ENDPOINT") .Values.telemetry.exporter -}}
- name: OTEL_TRACES_EXPORTER
  value: {{ ternary "none" .Values.telemetry.exporter (and (ne $variable "") (eq $endpoint "")) | quote }}
{{- if and $variable $endpoint }}
- name: {{ $variable }}
  value: {{ $endpoint | quote }}
{{- end }}
{{- end -}}

{{/* Names that a Host header may have: those of the Service, and the ones given. */}}
{{- define "service.allowedHosts" -}}
{{- $service := printf "%s.%s" (include "service.name" .) .Release.Namespace -}}
{{- $domain := ((.Values.global).istio).clusterDomain | default "cluster.local" -}}
{{- $names := list (include "service.name" .) $service (printf "%s.svc" $service) (printf "%s.svc.%s" $service $domain) -}}
{{- range .Values.allowedHosts }}{{ with tpl . $ | trim }}{{ $names = append $names . }}{{ end }}{{ end -}}
{{- join "," (uniq $names) -}}
{{- end -}}

{{/* The environment that the chart owns. */}}
{{- define "service.environment" -}}
- name: HOST
  value: {{ tpl .Values.bindAddress . | trim | quote }}
- name: ALLOWED_HOSTS
  value: {{ include "service.allowedHosts" . | quote }}
- name: PORT
  value: {{ .Values.port | quote }}
{{- with tpl .Values.upstreamUrl . | trim }}
- name: COUNTING_SERVICE_URL
  value: {{ . | quote }}
{{- end }}
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: DRAIN_TIMEOUT_MS
  value: {{ .Values.drain.timeoutMs | int | quote }}
- name: OTEL_SERVICE_NAME
  value: {{ include "service.name" . | quote }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: OTEL_RESOURCE_ATTRIBUTES
  value: service.version={{ .Values.image.tag | default .Chart.AppVersion }},k8s.namespace.name={{ .Release.Namespace }},k8s.pod.name=$(POD_NAME)
{{ include "service.exporterEnvironment" . }}
{{- $host := include "service.traceHost" . }}
{{- if and .Values.telemetry.page $host }}
- name: TRACE_QUERY_URL
  value: http://{{ $host }}:16686
{{- with .Values.global.traceBackend.uiUrl }}
- name: TRACE_UI_URL
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A variable that is set twice would quietly lose one of its values. */}}
{{- define "service.checkEnvironment" -}}
{{- $own := list -}}
{{- range fromYamlArray (include "service.environment" .) }}{{ $own = append $own .name }}{{ end -}}
{{- range .Values.env -}}
{{- if has .name $own }}{{ fail (printf "%s.env: %s is set by the chart; change the value that it comes from" $.Chart.Name .name) }}{{ end -}}
{{- end -}}
{{- end -}}
