{{- define "service.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "service.name" . | toYaml }}
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
  {{- with (.Values.service).annotations }}
  annotations:
    {{- include "service.yaml" (dict "value" .) | nindent 4 }}
  {{- end }}
spec:
  {{- with (.Values.service).type }}
  type: {{ . }}
  {{- end }}
  selector:
    {{- include "service.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ .Values.port }}
      targetPort: http
      protocol: TCP
      appProtocol: http
{{- end -}}
