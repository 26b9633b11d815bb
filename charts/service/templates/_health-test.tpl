{{/* Probes the service's health from another pod. */}}
{{- define "service.healthTest" -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "service.name" . }}-health
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    app.kubernetes.io/name: {{ include "service.name" . | trunc 56 | trimSuffix "-" }}-health
    app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  {{- with include "service.pullSecrets" (dict "image" .Values.image "global" .Values.global) | trim }}{{ . | nindent 2 }}{{ end }}
  {{- with .Values.podSecurityContext }}
  securityContext:
    {{- include "service.yaml" (dict "value" .) | nindent 4 }}
  {{- end }}
  {{- with include "service.scheduling" .Values | trim }}{{ . | nindent 2 }}{{ end }}
  containers:
    - name: health
      image: {{ include "service.image" . | quote }}
      {{- with (.Values.image).pullPolicy }}
      imagePullPolicy: {{ . }}
      {{- end }}
      command:
        - node
        - --eval
        - |
          const url = 'http://{{ include "service.name" . }}:{{ .Values.port }}/health/ready'
          const { status } = await fetch(url, { signal: AbortSignal.timeout(10_000) })
          console.log(`${url} answered ${status}`)
          process.exit(status === 200 ? 0 : 1)
      {{- with .Values.resources }}
      resources:
        {{- include "service.yaml" (dict "value" .) | nindent 8 }}
      {{- end }}
      {{- with .Values.securityContext }}
      securityContext:
        {{- include "service.yaml" (dict "value" .) | nindent 8 }}
      {{- end }}
{{- end -}}
