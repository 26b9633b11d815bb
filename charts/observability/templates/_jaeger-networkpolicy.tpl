{{/* Who may send spans to Jaeger and read them. Takes the context of this chart. */}}
{{- define "observability.jaegerNetworkPolicy" -}}
{{- $policy := .Values.jaeger.networkPolicy | default dict -}}
{{- /* Values of a release before this key, and a null, keep Jaeger to the namespace; a rule that names no one would admit everyone. */ -}}
{{- $from := ternary (list (dict "podSelector" dict)) $policy.from (kindIs "invalid" $policy.from) -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: jaeger
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    app.kubernetes.io/name: jaeger
    {{- include "observability.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: jaeger
      app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
  policyTypes: [Ingress]
  ingress:{{ if not $from }} []{{ end }}
    {{- with $from }}
    - from:
        {{- include "service.yaml" (dict "value" .) | nindent 8 }}
      ports:
        {{- range list 4317 4318 9411 14268 16686 }}
        - port: {{ . }}
          protocol: TCP
        {{- end }}
    {{- end }}
{{- end -}}
