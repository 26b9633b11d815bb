{{/* Host of the trace backend; empty when none is known. An IPv6 address comes without brackets. */}}
{{- define "service.traceHost" -}}
{{- tpl (((.Values.global).traceBackend).host | default "") . | trim | trimPrefix "[" | trimSuffix "]" -}}
{{- end -}}

{{/* The same, as it stands in a URL. */}}
{{- define "service.traceUrlHost" -}}
{{- $host := include "service.traceHost" . -}}
{{- if contains ":" $host }}[{{ $host }}]{{ else }}{{ $host }}{{ end -}}
{{- end -}}

{{/* Where the app's exporter sends to; empty when no backend is known. */}}
{{- define "service.exportEndpoint" -}}
{{- $host := include "service.traceUrlHost" . -}}
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

{{/* Values are percent-encoded, as the specification of OTEL_RESOURCE_ATTRIBUTES asks. */}}
{{- define "service.resourceAttributes" -}}
{{- $own := list "service.name" "service.version" "k8s.namespace.name" "k8s.pod.name" -}}
{{- $version := include "service.tag" (splitList "@" ((.Values.image).tag | default (include "service.appVersion" .)) | first) -}}
{{- printf "service.version=%s,k8s.namespace.name=%s,k8s.pod.name=$(POD_NAME)" $version .Release.Namespace -}}
{{- range $key, $value := .Values.telemetry.resourceAttributes -}}
{{- if not (kindIs "invalid" $value) -}}
{{- if has $key $own }}{{ fail (printf "%s.telemetry.resourceAttributes: %s is set by the chart" $.Chart.Name $key) }}{{ end -}}
{{- printf ",%s=%s" $key (tpl $value $ | urlquery | replace "+" "%20") -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The environment that the chart owns. */}}
{{- define "service.environment" -}}
- name: HOST
  value: {{ tpl .Values.bindAddress . | trim | quote }}
- name: ALLOWED_HOSTS
  value: {{ include "service.allowedHosts" . | quote }}
- name: PORT
  value: {{ .Values.port | quote }}
{{- with tpl (.Values.upstreamUrl | default "") . | trim }}
- name: COUNTING_SERVICE_URL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.logLevel }}
- name: LOG_LEVEL
  value: {{ . | quote }}
{{- end }}
{{- $timeout := (.Values.drain).timeoutMs }}
{{- if not (kindIs "invalid" $timeout) }}
- name: DRAIN_TIMEOUT_MS
  value: {{ $timeout | int | quote }}
{{- end }}
{{- if and .Values.telemetry.page ((.Values.global).gateway).enabled (not .Values.global.gateway.sharedHistory) }}
- name: HISTORY
  value: own
{{- end }}
- name: OTEL_SERVICE_NAME
  value: {{ include "service.name" . | quote }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ include "service.resourceAttributes" . | toYaml }}
{{ include "service.exporterEnvironment" . }}
{{- $host := include "service.traceUrlHost" . }}
{{- if and .Values.telemetry.page $host }}
- name: TRACE_QUERY_URL
  value: http://{{ $host }}:16686
{{- with .Values.global.traceBackend.uiUrl }}
- name: TRACE_UI_URL
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A variable that is set twice would quietly lose one of its values, and a former name would do nothing. */}}
{{- define "service.checkEnvironment" -}}
{{- $own := list -}}
{{- range fromYamlArray (include "service.environment" .) }}{{ $own = append $own .name }}{{ end -}}
{{- $renamed := dict "COUNTING_DIRECT_URL" "COUNTING_BYPASS_URL" -}}
{{- $given := list -}}
{{- range .Values.env -}}
{{- if and (hasKey . "value") (hasKey . "valueFrom") }}{{ fail (printf "%s.env: %s has both a value and a valueFrom" $.Chart.Name .name) }}{{ end -}}
{{- if has .name $given }}{{ fail (printf "%s.env: %s is there twice" $.Chart.Name .name) }}{{ end -}}
{{- $given = append $given .name -}}
{{- if has .name $own }}{{ fail (printf "%s.env: %s is set by the chart; change the value that it comes from" $.Chart.Name .name) }}{{ end -}}
{{- with get $renamed .name }}{{ fail (printf "%s.env: the variable is now called %s" $.Chart.Name .) }}{{ end -}}
{{- end -}}
{{- end -}}
