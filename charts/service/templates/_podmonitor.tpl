{{/* For the Prometheus operator. A sidecar's port is declared by no container, so the target is the app's port, moved. */}}
{{- define "service.podMonitor" -}}
{{- $monitor := .Values.podMonitor -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: {{ include "service.name" . | toYaml }}
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
    {{- $own := keys (fromYaml (include "service.labels" .)) }}
    {{- with include "service.map" (dict "map" $monitor.labels "own" $own "labels" true "at" (printf "%s.podMonitor.labels" .Chart.Name) "context" .) }}
    {{- . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "service.selector" . | nindent 6 }}
  podMetricsEndpoints:
    - port: http
      path: {{ $monitor.path | default "/metrics" | toYaml }}
      {{- with $monitor.interval }}
      interval: {{ . }}
      {{- end }}
      {{- with $monitor.port }}
      relabelings:
        - sourceLabels: [__address__]
          regex: (.+):\d+
          targetLabel: __address__
          replacement: ${1}:{{ . }}
      {{- end }}
{{- end -}}
