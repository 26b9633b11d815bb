{{/* Jaeger in one pod, outside the mesh. Takes the context of this chart. */}}
{{- define "observability.jaeger" -}}
{{- $jaeger := .Values.jaeger -}}
{{- $image := $jaeger.image | default dict -}}
{{- if not (or $image.tag $image.digest) -}}
{{- fail "observability.jaeger.image.tag: may not be null or empty without a digest; leave the key out to have its default" -}}
{{- end -}}
{{- $selector := printf "app.kubernetes.io/name: jaeger\napp.kubernetes.io/instance: %s" (toYaml .Release.Name) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: jaeger
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    app.kubernetes.io/name: jaeger
    {{- include "observability.labels" . | nindent 4 }}
spec:
  # Traces live in this pod's memory.
  replicas: 1
  strategy:
    type: Recreate
  selector:
    matchLabels:
      {{- $selector | nindent 6 }}
  template:
    metadata:
      labels:
        {{- $selector | nindent 8 }}
        {{- with $image.tag }}
        app.kubernetes.io/version: {{ include "service.labelValue" . | quote }}
        {{- end }}
        {{- $own := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/version" }}
        {{- with include "service.map" (dict "map" $jaeger.podLabels "own" $own "labels" true "at" "observability.jaeger.podLabels" "context" .) }}
        {{- . | nindent 8 }}
        {{- end }}
      {{- with include "service.map" (dict "map" $jaeger.podAnnotations "context" .) }}
      annotations:
        {{- . | nindent 8 }}
      {{- end }}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- with include "service.pullSecrets" (dict "image" $image "global" .Values.global) | trim }}{{ . | nindent 6 }}{{ end }}
      {{- with $jaeger.podSecurityContext }}
      securityContext:
        {{- include "service.yaml" (dict "value" .) | nindent 8 }}
      {{- end }}
      containers:
        - name: jaeger
          image: {{ include "service.imageReference" (dict "image" $image "repository" "jaegertracing/jaeger" "version" "" "global" .Values.global) | quote }}
          {{- with $image.pullPolicy }}
          imagePullPolicy: {{ . }}
          {{- end }}
          env:
            # Without it, Jaeger listens on localhost only.
            - name: JAEGER_LISTEN_HOST
              value: 0.0.0.0
          ports:
            - name: grpc-otlp
              containerPort: 4317
              protocol: TCP
            - name: http-otlp
              containerPort: 4318
              protocol: TCP
            - name: http-zipkin
              containerPort: 9411
              protocol: TCP
            - name: http-jaeger
              containerPort: 14268
              protocol: TCP
            - name: http-query
              containerPort: 16686
              protocol: TCP
          readinessProbe:
            httpGet:
              path: /api/services
              port: http-query
            periodSeconds: 3
          {{- with $jaeger.resources }}
          resources:
            {{- include "service.yaml" (dict "value" .) | nindent 12 }}
          {{- end }}
          {{- with $jaeger.securityContext }}
          securityContext:
            {{- include "service.yaml" (dict "value" .) | nindent 12 }}
          {{- end }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir: {}
      {{- with include "service.scheduling" $jaeger | trim }}{{ . | nindent 6 }}{{ end }}
---
apiVersion: v1
kind: Service
metadata:
  name: jaeger
  namespace: {{ .Release.Namespace | toYaml }}
  labels:
    app.kubernetes.io/name: jaeger
    {{- include "observability.labels" . | nindent 4 }}
spec:
  selector:
    {{- $selector | nindent 4 }}
  ports:
    # Envoy reports over gRPC only where the port says so.
    - name: grpc-otlp
      port: 4317
      targetPort: grpc-otlp
      protocol: TCP
      appProtocol: grpc
    - name: http-otlp
      port: 4318
      targetPort: http-otlp
      protocol: TCP
      appProtocol: http
    - name: http-zipkin
      port: 9411
      targetPort: http-zipkin
      protocol: TCP
      appProtocol: http
    - name: http-jaeger
      port: 14268
      targetPort: http-jaeger
      protocol: TCP
      appProtocol: http
    - name: http-query
      port: 16686
      targetPort: http-query
      protocol: TCP
      appProtocol: http
{{- end -}}
