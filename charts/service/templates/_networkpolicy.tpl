{{- define "service.networkPolicy" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $open := list -}}
{{- range $policy.ports -}}
{{- with tpl (toString .) $ | trim -}}
{{- if or (not (regexMatch "^[1-9][0-9]{0,4}$" .)) (gt (int .) 65535) -}}
{{- fail (printf "%s.networkPolicy.ports: %q is no port" $.Chart.Name .) -}}
{{- end -}}
{{- $open = append $open (int .) -}}
{{- end -}}
{{- end -}}
{{- /* A rule that names no one admits everyone. */ -}}
{{- $scraped := ternary $policy.metricsPorts list (not (empty $policy.metricsFrom)) -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "service.name" . | toYaml }}
  namespace: {{ .Release.Namespace | toYaml }}
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
