{{- define "service.networkPolicy" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $open := list -}}
{{- range $policy.ports -}}
{{- with tpl (toString .) $ | trim }}{{ $open = append $open (int .) }}{{ end -}}
{{- end -}}
{{- /* A rule that names no one admits everyone. */ -}}
{{- $scraped := ternary $policy.metricsPorts list (not (empty $policy.metricsFrom)) -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "service.name" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "service.selector" . | nindent 6 }}
  policyTypes: [Ingress]
  ingress:{{ if not (or $open $scraped) }} []{{ end }}
    {{- with $open }}
    - ports:
        {{- range . }}
        - port: {{ . }}
          protocol: TCP
        {{- end }}
    {{- end }}
    {{- with $scraped }}
    - from:
        {{- include "service.yaml" (dict "value" $policy.metricsFrom) | nindent 8 }}
      ports:
        {{- range . }}
        - port: {{ . }}
          protocol: TCP
        {{- end }}
    {{- end }}
{{- end -}}
