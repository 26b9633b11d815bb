{{/* How the kubelet probes. A request from outside does not reach an app on loopback; a script inside the container
reaches every app, at the price of starting a process for each probe. */}}
{{- define "service.probeHandler" -}}
{{- $isOnLoopback := regexMatch "(?i)^(127\\.|localhost$|(0*:)+0*1$)" (tpl .Values.bindAddress . | trim) -}}
{{- (.Values.probes).handler | default (ternary "exec" "httpGet" $isOnLoopback) -}}
{{- end -}}

{{/* One probe; nothing where its settings are null. Takes {context, probe: key of the settings, path, script}. */}}
{{- define "service.probe" -}}
{{- $settings := get (.context.Values.probes | default dict) .probe -}}
{{- if kindIs "map" $settings }}
{{ .probe }}Probe:
  {{- if eq (include "service.probeHandler" .context) "exec" }}
  exec:
    command: {{ .script }}
  {{- else }}
  httpGet:
    path: {{ .path }}
    port: http
  {{- end }}
  {{- with $settings }}
  {{- include "service.yaml" (dict "value" .) | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "service.probes" -}}
{{- include "service.probe" (dict "context" . "probe" "startup" "path" "/health" "script" "[node, healthcheck.js]") }}
{{- include "service.probe" (dict "context" . "probe" "liveness" "path" "/health" "script" "[node, healthcheck.js]") }}
{{- include "service.probe" (dict "context" . "probe" "readiness" "path" "/health/ready" "script" "[node, healthcheck.js, ready]") }}
{{- end -}}
