{{/* A dashboard for Grafana's sidecar. Takes the context of this chart. */}}
{{- define "observability.grafanaDashboard" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: throughline-grafana-dashboard
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    app.kubernetes.io/name: throughline-grafana-dashboard
    {{- include "observability.labels" . | nindent 4 }}
    {{- $own := append (keys (fromYaml (include "observability.labels" .))) "app.kubernetes.io/name" }}
    {{- with include "service.map" (dict "map" .Values.grafanaDashboard.labels "own" $own "labels" true "at" "observability.grafanaDashboard.labels" "context" .) }}
    {{- . | nindent 4 }}
    {{- end }}
data:
  throughline.json: |
    {{- .Files.Get "files/grafana-dashboard.json" | nindent 4 }}
{{- end -}}
