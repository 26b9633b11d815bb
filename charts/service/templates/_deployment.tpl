{{- define "service.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "service.name" . | toYaml }}
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
spec:
  {{- if not (or (.Values.autoscaling).enabled (kindIs "invalid" .Values.replicas)) }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "service.selector" . | nindent 6 }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  template:
    metadata:
      labels:
        {{- include "service.podLabels" . | nindent 8 }}
        {{- $own := keys (fromYaml (include "service.podLabels" .)) }}
        {{- with include "service.map" (dict "map" .Values.podLabels "own" $own "labels" true "at" (printf "%s.podLabels" .Chart.Name) "context" .) }}
        {{- . | nindent 8 }}
        {{- end }}
      annotations:
        # A sidecar may stand first in the pod; `kubectl logs` and `kubectl exec` mean the app.
        kubectl.kubernetes.io/default-container: {{ include "service.name" . | toYaml }}
        {{- $own := list "kubectl.kubernetes.io/default-container" }}
        {{- with include "service.map" (dict "map" .Values.podAnnotations "own" $own "at" (printf "%s.podAnnotations" .Chart.Name) "context" .) }}
        {{- . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "service.name" . | toYaml }}
      automountServiceAccountToken: {{ (.Values.serviceAccount).automountToken | default false }}
      enableServiceLinks: false
      {{- with (.Values.drain).graceSeconds }}
      terminationGracePeriodSeconds: {{ . }}
      {{- end }}
      {{- with include "service.pullSecrets" (dict "image" .Values.image "global" .Values.global) | trim }}{{ . | nindent 6 }}{{ end }}
      {{- with .Values.podSecurityContext }}
      securityContext:
        {{- include "service.yaml" (dict "value" .) | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ include "service.name" . | toYaml }}
          image: {{ include "service.image" . | quote }}
          {{- with (.Values.image).pullPolicy }}
          imagePullPolicy: {{ . }}
          {{- end }}
          ports:
            - name: http
              containerPort: {{ .Values.port }}
              protocol: TCP
          env:
            {{- include "service.environment" . | nindent 12 }}
            {{- with .Values.env }}
            {{- include "service.yaml" (dict "value" . "context" $) | nindent 12 }}
            {{- end }}
          {{- with include "service.probes" . | trim }}{{ . | nindent 10 }}{{ end }}
          {{- with (.Values.drain).preStopSeconds }}
          lifecycle:
            preStop:
              sleep:
                seconds: {{ . }}
          {{- end }}
          {{- with .Values.resources }}
          resources:
            {{- include "service.yaml" (dict "value" .) | nindent 12 }}
          {{- end }}
          {{- with .Values.securityContext }}
          securityContext:
            {{- include "service.yaml" (dict "value" .) | nindent 12 }}
          {{- end }}
      {{- with .Values.topologySpreadConstraints }}
      topologySpreadConstraints:
        {{- include "service.yaml" (dict "value" . "context" $) | nindent 8 }}
      {{- end }}
      {{- with .Values.affinity }}
      affinity:
        {{- include "service.yaml" (dict "value" .) | nindent 8 }}
      {{- end }}
      {{- with include "service.scheduling" .Values | trim }}{{ . | nindent 6 }}{{ end }}
      {{- with .Values.priorityClassName }}
      priorityClassName: {{ . | toYaml }}
      {{- end }}
{{- end -}}
