{{- define "service.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "service.name" . | toYaml }}
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
  {{- with (.Values.serviceAccount).annotations }}
  annotations:
    {{- include "service.yaml" (dict "value" .) | nindent 4 }}
  {{- end }}
automountServiceAccountToken: {{ (.Values.serviceAccount).automountToken | default false }}
{{- end -}}
