{{- define "service.autoscaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "service.name" . | toYaml }}
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "service.name" . | toYaml }}
  {{- with .Values.autoscaling.minReplicas }}
  minReplicas: {{ . }}
  {{- end }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  {{- with .Values.autoscaling.metrics }}
  metrics:
    {{- include "service.yaml" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
{{- end -}}
